import { resolve } from "node:path";
import type { BundleFacts, ServerDetails, ServerToolEffect, ServerToolView, ServerView } from "../shared/mcp.ts";
import { showHidden } from "../shared/show-hidden.ts";
import { readGrants } from "../host/grant-world.ts";
import { type Command, type CommandContext, type HostClient, oneOf, UsageError } from "./command.ts";
import { describeReview } from "./describe-review.ts";
import { exitCodes } from "./exit-codes.ts";
import { readSettings } from "./read-settings.ts";
import { bytesInWords } from "./words.ts";

/** `indoors mcp`: servers that bring agents tools, and what a person says of these. */
export const mcp: Command = {
  summary: "add servers that bring agents tools, and review what they offer",
  usage:
    "mcp list | show NAME | inspect FILE\n" +
    "mcp import FILE [--name N] [--sha256 H] [--set KEY=VALUE]… [--grant FOLDER[:rw]]…\n" +
    "mcp review NAME [--approve TOOL[=read|run]]… [--approve-all] [--refuse TOOL]…\n" +
    "mcp start NAME | stop NAME | enable NAME | disable NAME | remove NAME\n" +
    "mcp set NAME [--set KEY=VALUE]… [--grant FOLDER[:rw]]…   the grants given replace those it had\n" +
    "mcp resource NAME URI | prompt NAME PROMPT [--set KEY=VALUE]…",
  options: {
    name: { type: "string" },
    sha256: { type: "string" },
    set: { type: "string", multiple: true },
    grant: { type: "string", multiple: true },
    approve: { type: "string", multiple: true },
    "approve-all": { type: "boolean" },
    refuse: { type: "string", multiple: true },
  },
  async run(context) {
    const [action = "", subject, detail, ...rest] = context.positionals;
    if (rest.length > 0) throw new UsageError("That is too much.");
    if (action === "list" && subject === undefined) return await list(context);
    if (subject === undefined) throw new UsageError("Say what to do, and with which server or file.");
    const needsDetail = action === "resource" || action === "prompt";
    if (needsDetail !== (detail !== undefined)) {
      throw new UsageError(needsDetail ? "Say which one." : "That is too much.");
    }
    const host = await context.host();
    // A server that wants something of a person while it starts has chosen a bad time.
    const deaf = host.on("elicitation.requested", ({ id, server }) => {
      context.terminal.say(`The server ${server} asks for a form; declined here.`);
      void host.call("elicitations.answer", { id, answer: { action: "decline" } }).catch(() => {});
    });
    try {
      return await act(action, subject, detail ?? "", host, context);
    } finally {
      deaf();
    }
  },
};

async function act(
  action: string,
  subject: string,
  detail: string,
  host: HostClient,
  context: CommandContext,
): Promise<number> {
  const { terminal } = context;
  const name = subject;
  const change = { name, enabled: null, settings: null, grants: null };
  switch (action) {
    case "show": {
      const details = await host.call("mcp.get", { name }, context);
      printDetails(details, context);
      terminal.document(details);
      return exitCodes.ok;
    }
    case "inspect": {
      const facts = await host.call("mcp.inspect", { path: resolve(subject) }, context);
      printFacts(facts, context);
      terminal.document(facts);
      return facts.faults.length > 0 ? exitCodes.input : exitCodes.ok;
    }
    case "import":
      return await add(resolve(subject), host, context);
    case "review":
      return await review(name, host, context);
    case "start": {
      const details = await host.call("mcp.start", { name }, context);
      printDetails(details, context);
      terminal.document(details);
      return exitCodes.ok;
    }
    case "enable":
    case "disable":
      return said(await host.call("mcp.change", { ...change, enabled: action === "enable" }, context), context);
    case "set": {
      const [written, folders] = [context.texts("set"), context.texts("grant")];
      if (written.length + folders.length === 0) throw new UsageError("Say what to set: --set or --grant.");
      const { server } = await host.call("mcp.get", { name }, context);
      const settings = written.length === 0 ? null : readSettings(written, server.bundle?.settings ?? []);
      const grants = folders.length === 0 ? null : await readGrants(folders);
      return said(await host.call("mcp.change", { ...change, settings, grants }, context), context);
    }
    case "stop":
    case "remove":
      await host.call(action === "stop" ? "mcp.stop" : "mcp.remove", { name }, context);
      terminal.print(action === "stop" ? `${name} is stopped.` : `${name} is gone, with all that it kept for itself.`);
      terminal.document({ [action === "stop" ? "stopped" : "removed"]: name });
      return exitCodes.ok;
    case "resource":
    case "prompt": {
      const { text } =
        action === "resource"
          ? await host.call("mcp.readResource", { name, uri: detail }, context)
          : await host.call(
              "mcp.prompt",
              { name, prompt: detail, arguments: readPairs(context.texts("set")) },
              context,
            );
      for (const line of text.split("\n")) terminal.print(showHidden(line.replaceAll("\t", "    ")));
      terminal.document({ text });
      return exitCodes.ok;
    }
    default:
      throw new UsageError(`'mcp ${action}' is not a command.`);
  }
}

async function list(context: CommandContext): Promise<number> {
  const host = await context.host();
  const { servers } = await host.call("mcp.list", {}, context);
  for (const server of servers) context.terminal.print(lineOf(server));
  if (servers.length === 0) context.terminal.print("There are none. `indoors mcp import FILE` adds one.");
  context.terminal.document({ servers });
  return exitCodes.ok;
}

async function add(path: string, host: HostClient, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const facts = await host.call("mcp.inspect", { path }, context);
  printFacts(facts, context);
  const server = await host.call(
    "mcp.import",
    {
      ...{ path, name: context.text("name") ?? null, sha256: context.text("sha256")?.toLowerCase() ?? null },
      settings: readSettings(context.texts("set"), facts.settings),
      grants: await readGrants(context.texts("grant")),
    },
    context,
  );
  terminal.print(
    `${server.name} is added. It can do nothing yet: \`indoors mcp review ${server.name}\` shows its tools.`,
  );
  terminal.document(server);
  return exitCodes.ok;
}

async function review(name: string, host: HostClient, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const approved = context.texts("approve").map((text) => {
    // A tool may be called anything, also something with a sign in it.
    const match = /^(.+?)(?:=(read|run))?$/su.exec(text);
    return { tool: match?.[1] ?? text, effect: oneOf("approve", match?.[2], ["read", "run"] as const, "run") };
  });
  const refused = context.texts("refuse");
  // What is reviewed is what it says now.
  let details = await host.call("mcp.start", { name }, context);
  const waiting = details.tools.filter(({ state }) => state === "new" || state === "changed");
  const chosen = [
    ...approved.map(({ tool, effect }) => decided(details.tools, tool, "approve", effect)),
    ...refused.map((tool) => decided(details.tools, tool, "refuse", "run")),
  ];
  if (context.flag("approve-all")) {
    const others = waiting.filter(({ described }) => !chosen.some(({ tool }) => tool === described.name));
    chosen.push(...others.map(({ described, effect }) => decided(details.tools, described.name, "approve", effect)));
  }
  const shown =
    chosen.length === 0
      ? waiting
      : details.tools.filter(({ described }) => chosen.some(({ tool }) => tool === described.name));
  for (const tool of shown) for (const line of describeReview(tool)) terminal.print(line);
  if (chosen.length > 0) {
    details = await host.call("mcp.review", { name, tools: chosen }, context);
    const count = (decision: string) => chosen.filter((one) => one.decision === decision).length;
    terminal.print(`Approved: ${count("approve")}. Refused: ${count("refuse")}.`);
  } else if (waiting.length === 0) {
    terminal.print("Nothing waits for a review.");
    printDetails(details, context);
  } else {
    terminal.print(
      `Nothing was approved. --approve TOOL, --approve TOOL=read (it changes nothing), --approve-all or --refuse TOOL says so.`,
    );
  }
  terminal.document(details);
  return exitCodes.ok;
}

function decided(
  tools: readonly ServerToolView[],
  name: string,
  decision: "approve" | "refuse",
  effect: ServerToolEffect,
) {
  const tool = tools.find(({ described, toolName }) => described.name === name || toolName === name);
  if (tool === undefined) {
    throw new UsageError(
      `It has no tool '${name}'. It has: ${tools.map(({ described }) => showHidden(described.name)).join(", ")}.`,
    );
  }
  return { tool: tool.described.name, fingerprint: tool.fingerprint, decision, effect };
}

function said(server: ServerView, { terminal }: CommandContext): number {
  terminal.print(lineOf(server));
  terminal.document(server);
  return exitCodes.ok;
}

function lineOf({ name, title, state, enabled, toolsApproved, toolsToReview, fault }: ServerView): string {
  const waits = toolsToReview === 0 ? "" : `, ${toolsToReview} to review`;
  const how = enabled ? state : "off";
  const why = fault === null ? "" : `  ${fault}`;
  return showHidden(`${name.padEnd(16)} ${how.padEnd(9)} ${toolsApproved} tools approved${waits}  ${title}${why}`);
}

function printDetails({ server, tools, resources, prompts }: ServerDetails, { terminal }: CommandContext): void {
  const print = (line: string) => terminal.print(showHidden(line));
  print(lineOf(server));
  print(`  ${server.kind}: ${server.place}`);
  for (const { name, path, mode } of server.grants)
    print(`  folder ${name}: ${path} (${mode === "rw" ? "can be written" : "read only"})`);
  for (const [key, value] of Object.entries(server.settings)) {
    const secret = server.bundle?.settings.find((field) => field.key === key)?.sensitive === true;
    print(`  setting ${key}: ${secret ? "set" : JSON.stringify(value)}`);
  }
  for (const { described, state, effect, toolName } of tools) {
    print(`  ${state.padEnd(9)} ${described.name} (${effect}, agents call it ${toolName})`);
  }
  for (const { uri, name } of resources) print(`  resource ${uri}: ${name}`);
  for (const { name, description } of prompts) print(`  prompt ${name}: ${description}`);
}

function printFacts(facts: BundleFacts, { terminal }: CommandContext): void {
  const print = (line: string) => terminal.print(showHidden(line));
  const { state, name, fingerprint } = facts.publisher;
  const who = {
    trusted: `signed by ${name}, whom servers.json lists`,
    unknown: `signed by ${name}, who is not listed (certificate ${fingerprint})`,
    unsigned: "not signed",
  };
  print(`${facts.title} ${facts.version} by ${facts.author}: ${facts.description}`);
  print(
    `  ${facts.runtime}, ${facts.files} files, ${bytesInWords(facts.bytes)}, ${facts.licence ?? "no licence named"}`,
  );
  print(`  sha256 ${facts.sha256}`);
  print(`  ${who[state]}`);
  for (const field of facts.settings) {
    print(
      `  setting ${field.key} (${field.type}${field.required ? ", needed" : ""}): ${field.title}. ${field.description}`,
    );
  }
  for (const fault of facts.faults) print(`  It cannot be installed: ${fault}`);
}

function readPairs(written: readonly string[]): Record<string, string> {
  return Object.fromEntries(
    written.map((text) => {
      const at = text.indexOf("=");
      if (at < 1) throw new UsageError(`--set ${text}: write KEY=VALUE.`);
      return [text.slice(0, at), text.slice(at + 1)];
    }),
  );
}
