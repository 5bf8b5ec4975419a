import { IndoorsError } from "../shared/errors.ts";
import { type Policy, verdict } from "../shared/policy.ts";
import { showHidden } from "../shared/show-hidden.ts";
import { resolve } from "node:path";
import { readGrants } from "../host/grant-world.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { policyTable } from "./policy-table.ts";

/** `indoors policy`: who may do what, changing it, and testing a policy before it holds. */
export const policy: Command = {
  summary: "show and set what agents may do, and test a policy file",
  usage:
    "policy show | policy check [FILE] [--tool NAME [--grant FOLDER[:rw]]… [--agent ID]] [--json]\n" +
    "policy matrix [--agent ID] [--grant FOLDER]… [--json]\n" +
    "policy set allow|ask|deny|inherit [--agent ID] [--tool NAME] [--grant FOLDER] [--json]",
  options: {
    tool: { type: "string" },
    grant: { type: "string", multiple: true },
    agent: { type: "string" },
  },
  async run(context) {
    const [action, file, ...rest] = context.positionals;
    if (rest.length > 0) throw new UsageError("Name one file.");
    if (action === "show" && file === undefined) return await show(context);
    if (action === "matrix" && file === undefined) return await matrix(context);
    if (action === "set") return await set(file, context);
    if (action === "check") return await check(file === undefined ? null : resolve(file), context);
    throw new UsageError("Write `policy show`, `policy check`, `policy matrix` or `policy set`.");
  },
};

async function show(context: CommandContext): Promise<number> {
  const host = await context.host();
  const { path, policy: inForce, fault } = await host.call("policy.get", {}, context);
  if (inForce === null) throw new IndoorsError("policy.invalid", fault ?? undefined);
  context.terminal.print(`The policy in ${path}:`);
  printPolicy(inForce, context);
  context.terminal.document({ path, policy: inForce });
  return exitCodes.ok;
}

async function matrix(context: CommandContext): Promise<number> {
  const { terminal } = context;
  const folders = context.texts("grant").map((folder) => resolve(folder));
  const host = await context.host();
  const result = await host.call("policy.matrix", { folders, agent: context.text("agent") ?? null }, context);
  for (const agent of result.agents) {
    terminal.print(`${agent}:`);
    for (const line of policyTable(result.cells.filter((cell) => cell.agent === agent))) terminal.print(`  ${line}`);
  }
  terminal.print("* becomes a question after content of others was read. (n) is the rule that says so.");
  terminal.document(result);
  return exitCodes.ok;
}

async function set(word: string | undefined, context: CommandContext): Promise<number> {
  const wanted = verdict.safeParse(word);
  if (!wanted.success && word !== "inherit") throw new UsageError("Say allow, ask, deny, or inherit.");
  const [agent, tool, ...more] = [context.text("agent"), context.text("tool"), ...context.texts("grant")];
  if (more.length > 1) throw new UsageError("A rule is about one folder.");
  if (agent === undefined && tool === undefined && more[0] === undefined) {
    throw new UsageError("Say whom or what the rule is about: --agent, --tool or --grant.");
  }
  const subject = { agent: agent ?? null, tool: tool ?? null, grant: more[0] === undefined ? null : resolve(more[0]) };
  const host = await context.host();
  const rule = { ...subject, verdict: wanted.success ? wanted.data : null };
  await host.call("policy.setRule", rule, context);
  const { policy: inForce } = await host.call("policy.get", {}, context);
  if (inForce !== null) printPolicy(inForce, context);
  context.terminal.document({ set: rule, policy: inForce });
  return exitCodes.ok;
}

async function check(path: string | null, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const tool = context.text("tool");
  const grants = await readGrants(context.texts("grant"));
  if (tool === undefined && (grants.length > 0 || context.text("agent") !== undefined)) {
    throw new UsageError("--grant and --agent say more about a call: name its tool with --tool.");
  }
  const call = tool === undefined ? null : { agent: context.text("agent") ?? null, tool, grants };
  const host = await context.host();
  const result = await host.call("policy.check", { path, call }, context);
  terminal.document(result);
  if (result.policy === null) {
    terminal.print(result.fault ?? "");
    return exitCodes.input;
  }
  terminal.print(`${result.path} can be used: ${result.policy.rules.length} rules.`);
  for (const warning of result.warnings) terminal.print(`Look at this: ${warning}`);
  const { ruling } = result;
  if (ruling !== null) {
    terminal.print(`${tool} would be: ${ruling.verdict}. ${showHidden(ruling.reason)}`);
    terminal.print(showHidden(ruling.remedy));
    if (ruling.verdictWhenTainted !== ruling.verdict) {
      terminal.print(`After the conversation has read content of others: ${ruling.verdictWhenTainted}.`);
    }
  } else printPolicy(result.policy, context);
  return exitCodes.ok;
}

function printPolicy({ minimumLevel, minimumLevelOf, rules }: Policy, { terminal }: CommandContext): void {
  terminal.print(`No tool runs below level ${minimumLevel} of the sandbox.`);
  for (const [tool, level] of Object.entries(minimumLevelOf ?? {})) {
    terminal.print(`${showHidden(tool)} does not run below level ${level}.`);
  }
  for (const [index, { verdict: says, tool, grant, agent, note }] of rules.entries()) {
    const parts = [
      tool ?? "every tool",
      ...(grant === undefined ? [] : [`in ${grant}`]),
      ...(agent === undefined ? [] : [`for the agent ${agent}`]),
    ];
    const why = note === undefined ? "" : `  (${note})`;
    terminal.print(`  ${index + 1}. ${says.padEnd(5)} ${showHidden(parts.join(" ") + why)}`);
  }
  terminal.print("  What no rule is about is denied. The first rule that matches decides.");
}
