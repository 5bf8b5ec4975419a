import { readFile } from "node:fs/promises";
import type { Agent } from "../shared/agent.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { showHidden } from "../shared/show-hidden.ts";
import { type Command, type CommandContext, type HostClient, UsageError } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

/** `indoors agents`: who answers, with which words and model. What each may do is `indoors policy`. */
export const agents: Command = {
  summary: "list, add, change and remove agents",
  usage:
    "agents list | show ID | remove ID [--json]\n" +
    "agents add ID | change ID [--title TEXT] [--purpose TEXT] [--prompt-file FILE] [--model NAME|none] [--hand-over-to ID,ID…|none] [--json]",
  options: {
    title: { type: "string" },
    purpose: { type: "string" },
    "prompt-file": { type: "string" },
    model: { type: "string" },
    "hand-over-to": { type: "string" },
  },
  async run(context) {
    const [action, id, ...rest] = context.positionals;
    if (rest.length > 0) throw new UsageError("Name one agent.");
    if (action === "list" && id === undefined) return await list(context);
    if (id === undefined) throw new UsageError("Say what to do, and name an agent.");
    const host = await context.host();
    switch (action) {
      case "show":
        return show(await find(host, id), context);
      case "add":
        return await put(host, await newAgent(host, id), context);
      case "change":
        return await put(host, await find(host, id), context);
      case "remove":
        await host.call("agents.remove", { id }, context);
        context.terminal.print(`${id} is gone, and so are the policy's rules about it. Its answers stay.`);
        context.terminal.document({ removed: id });
        return exitCodes.ok;
      default:
        throw new UsageError(`'agents ${action}' is not a command.`);
    }
  },
};

async function list(context: CommandContext): Promise<number> {
  const host = await context.host();
  const { agents: all } = await host.call("agents.list", {}, context);
  for (const { id, title, purpose } of all) {
    context.terminal.print(`${id.padEnd(16)} ${showHidden([title, purpose].filter((part) => part !== "").join(": "))}`);
  }
  context.terminal.document({ agents: all });
  return exitCodes.ok;
}

async function find(host: HostClient, id: string): Promise<Agent> {
  const { agents: all } = await host.call("agents.list", {});
  const agent = all.find((one) => one.id === id);
  if (agent !== undefined) return agent;
  throw new IndoorsError("not-found", `There is no agent '${id}'. There are: ${all.map((one) => one.id).join(", ")}.`);
}

async function newAgent(host: HostClient, id: string): Promise<Agent> {
  const { agents: all } = await host.call("agents.list", {});
  if (!all.some((one) => one.id === id)) {
    return { id, title: id, purpose: "", prompt: "", model: null, handOverTo: [] };
  }
  throw new IndoorsError(
    "input.invalid",
    `There is an agent ${id} already. \`indoors agents change ${id}\` changes it.`,
  );
}

async function put(host: HostClient, before: Agent, context: CommandContext): Promise<number> {
  const [model, handOverTo, promptFile] = [
    context.text("model"),
    context.text("hand-over-to"),
    context.text("prompt-file"),
  ];
  const agent: Agent = {
    id: before.id,
    title: context.text("title") ?? before.title,
    purpose: context.text("purpose") ?? before.purpose,
    prompt: promptFile === undefined ? before.prompt : await readPrompt(promptFile),
    model: model === undefined ? before.model : model === "none" ? null : model,
    handOverTo: handOverTo === undefined ? before.handOverTo : idsIn(handOverTo),
  };
  await host.call("agents.put", agent, context);
  return show(agent, context);
}

function idsIn(written: string): string[] {
  if (written === "none") return [];
  return [...new Set(written.split(",").map((id) => id.trim()))].filter((id) => id !== "");
}

async function readPrompt(path: string): Promise<string> {
  return await readFile(path, "utf8").catch((error: unknown) => {
    throw new IndoorsError("file.unreadable", `The prompt cannot be read: ${path}. ${messageOf(error)}`);
  });
}

function show(agent: Agent, { terminal }: CommandContext): number {
  const { id, title, purpose, prompt, model, handOverTo } = agent;
  terminal.print(`${id}: ${showHidden(title)}`);
  if (purpose !== "") terminal.print(`  is for        ${showHidden(purpose)}`);
  terminal.print(`  model         ${model ?? "the best there is"}`);
  terminal.print(`  hands over to ${handOverTo.length === 0 ? "nobody" : handOverTo.join(", ")}`);
  if (prompt !== "") terminal.print(`  is told       ${prompt.split("\n").map(showHidden).join("\n                ")}`);
  terminal.print(`  may           \`indoors policy matrix --agent ${id}\``);
  terminal.document({ agent });
  return exitCodes.ok;
}
