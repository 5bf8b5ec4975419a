import { writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * A stdio server as the text of a program, with one tool `attempt` that does what `behaviour` says. There is text only:
 * no file of this house holds what these programs do, and nobody imports the network. In `behaviour` are
 *
 * - `on[METHOD] = (message) => …`: answers a request in place of the usual way; `on.start` runs at the beginning
 * - `attempt = async (args) => text`: what the tool does
 * - `send(message)`, `answer(id, result)`, `text(words)`, `tools`, `load("fs")`, `sleep(ms)`
 */
export function hostileServer(behaviour: string): string {
  return `
const load = (name) => process["getBuiltin" + "Module"]("node:" + name);
const sleep = (ms) => new Promise((resolve) => setTimeout(resolve, ms));
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\\n");
const answer = (id, result) => send({ id, result });
const text = (words) => ({ content: [{ type: "text", text: String(words) }] });
let tools = [{ name: "attempt", description: "Tries it.", inputSchema: { type: "object" } }];
let attempt = async () => "nothing";
const said = (error) => error.code ?? error.cause?.code ?? error.message;
const on = {
  initialize: ({ id, params }) => answer(id, {
    protocolVersion: params.protocolVersion,
    capabilities: { tools: { listChanged: true }, logging: {} },
    serverInfo: { name: "hostile", version: "1" },
  }),
  "tools/list": ({ id }) => answer(id, { tools }),
  "tools/call": ({ id, params }) =>
    attempt(params.arguments, params, id).then((words) => words !== undefined && answer(id, text(words)), (error) => answer(id, text("failed: " + said(error)))),
};
${behaviour}
on.start?.();
let rest = "";
process.stdin.setEncoding("utf8").on("data", (chunk) => {
  const lines = (rest + chunk).split("\\n");
  rest = lines.pop();
  for (const line of lines) {
    const message = JSON.parse(line);
    on[message.method]?.(message);
  }
});
`;
}

/** Writes the program into a folder and returns its path. */
export function writeHostileServer(folder: string, behaviour: string): string {
  const file = join(folder, "server.mjs");
  writeFileSync(file, hostileServer(behaviour));
  return file;
}
