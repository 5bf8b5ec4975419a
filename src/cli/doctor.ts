import type { Readiness } from "../shared/host-contract.ts";
import type { Command, CommandContext } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { bytesInWords } from "./words.ts";

/** `indoors doctor`: the readiness report. */
export const doctor: Command = {
  summary: "say what works on this machine, what is missing, and the remedy",
  usage: "doctor [--quick] [--json]",
  options: { quick: { type: "boolean" } },
  async run(context) {
    const host = await context.host();
    const report = await host.call("readiness.report", { measure: context.flag("quick") ? "none" : "fresh" }, context);
    printReadiness(report, context);
    context.terminal.document(report);
    return report.items.some((item) => item.state === "missing") ? exitCodes.missing : exitCodes.ok;
  },
};

/** The report in words. Shared with the tour. */
export function printReadiness(report: Readiness, { terminal }: Pick<CommandContext, "terminal">): void {
  const { machine } = report;
  terminal.print(`Indoors ${report.version} on ${machine.platform}, ${machine.cpu}, ${machine.cores} cores`);
  terminal.print(
    `Memory ${bytesInWords(machine.memoryBytes)}, ${bytesInWords(machine.freeMemoryBytes)} free. Data in ${report.dataFolder}`,
  );
  if (report.runningAsRoot) terminal.print("You are root. Indoors works, but an ordinary user is how to run it.");
  terminal.print();
  const marks = { ready: "✓ ready  ", limited: "~ limited", missing: "✗ missing" };
  for (const item of report.items) {
    terminal.print(`${marks[item.state]}  ${item.feature}: ${item.detail}`);
    if (item.remedy !== null) terminal.print(`           ${item.remedy}`);
  }
  terminal.print();
  const { sandbox } = report;
  const held = sandbox.checks.filter(({ state }) => state === "stopped" || state === "works");
  terminal.print(
    `Sandbox: level ${sandbox.level} by ${sandbox.launcher}, ${held.length} of ${sandbox.checks.length} checks hold, probe ${sandbox.probeId}`,
  );
  for (const { name, state, detail } of sandbox.checks) {
    if (!held.some((check) => check.name === name)) terminal.print(`         ${name}: ${state} ${detail}`.trimEnd());
  }
  for (const { engine, device } of report.devices) {
    const memory = device.memoryBytes > 0 ? `, ${bytesInWords(device.memoryBytes)}` : "";
    terminal.print(`Device: ${device.kind} — ${device.name}${memory} (found by ${engine})`);
  }
  for (const engine of report.engines) {
    terminal.print(
      `Engine: ${engine.engine} with ${engine.model} on ${engine.device}, ${engine.threads} threads: ${engine.measured}`,
    );
    if (engine.notice !== null) terminal.print(`        ${engine.notice}`);
  }
  for (const model of report.models) terminal.print(`Model:  ${model.name}: ${model.detail}`);
}
