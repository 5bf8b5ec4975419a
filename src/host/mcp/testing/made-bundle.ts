import { mkdirSync, mkdtempSync, writeFileSync } from "node:fs";
import { join } from "node:path";

/**
 * Writes a small MCP server as a folder bundle and returns its path. It does what the arguments of its tools say;
 * `tools.json` in its private folder, when there, replaces the descriptions it lists.
 */
export function madeBundle(parent: string): string {
  const folder = mkdtempSync(join(parent, "bundle-"));
  mkdirSync(join(folder, "server"));
  writeFileSync(join(folder, "manifest.json"), JSON.stringify(manifest));
  writeFileSync(join(folder, "server", "index.mjs"), program);
  return folder;
}

const manifest = {
  manifest_version: "0.3",
  ...{ name: "diary", version: "1.2.3", description: "Keeps notes.", author: { name: "Ann" } },
  server: {
    type: "node",
    entry_point: "server/index.mjs",
    mcp_config: {
      command: "node",
      args: ["${__dirname}/server/index.mjs", "${user_config.shelf}"],
      env: { TOKEN: "${user_config.token}" },
    },
  },
  user_config: {
    shelf: { type: "directory", title: "Shelf", description: "Where things are.", required: false },
    token: { type: "string", title: "Token", description: "A secret.", required: false, sensitive: true },
  },
};

const program = String.raw`
import { appendFileSync, existsSync, readFileSync, writeFileSync } from "node:fs";
import { createInterface } from "node:readline";
const home = process.env.HOME;
const text = { type: "string" };
const tool = (name, description, properties = {}, more = {}) => ({
  name, description, inputSchema: { type: "object", properties, required: Object.keys(properties) }, ...more,
});
const tools = () => existsSync(home + "/tools.json") ? JSON.parse(readFileSync(home + "/tools.json", "utf8")) : [
  tool("note", "Notes something down.", { note: text }),
  tool("recall", "Tells what was noted.", {}, { annotations: { readOnlyHint: true } }),
  tool("put", "Writes a file.", { path: text, content: text }),
  tool("end", "Ends."),
  tool("form", "Asks for a colour."),
  tool("think", "Lets the model think.", { about: text }),
  tool("steps", "Takes two steps."),
  tool("fail", "Says why it failed."),
];
let next = 1000;
const waiting = new Map();
const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: "2.0", ...message }) + "\n");
const ask = (method, params) => new Promise((resolve) => {
  const id = next++;
  waiting.set(id, resolve);
  send({ id, method, params });
});
const said = (words, isError = false) => ({ content: [{ type: "text", text: words }], isError });
const call = {
  note: ({ note }) => (appendFileSync(home + "/notes.txt", note + "\n"), said("Noted.")),
  recall: () => said(existsSync(home + "/notes.txt") ? readFileSync(home + "/notes.txt", "utf8") : "Nothing."),
  put: ({ path, content }) => (writeFileSync(path, content), said("Put it there.")),
  end: () => process.exit(3),
  async form() {
    const requestedSchema = { type: "object", properties: { colour: { type: "string", minLength: 2 } }, required: ["colour"] };
    return said(JSON.stringify(await ask("elicitation/create", { message: "Which colour?", requestedSchema })));
  },
  async think({ about }) {
    const messages = [{ role: "user", content: { type: "text", text: about } }];
    return said(JSON.stringify(await ask("sampling/createMessage", { messages, maxTokens: 5000 })));
  },
  async steps(_, { progressToken }) {
    send({ method: "notifications/progress", params: { progressToken, progress: 1, total: 2, message: "half\u001b[2J" } });
    // What comes in one piece with the answer may be dropped: the step takes some time.
    await new Promise((resolve) => setTimeout(resolve, 100));
    return said("Two steps.");
  },
  fail: () => said("The shelf\u202e is locked.", true),
  changed: () => (send({ method: "notifications/tools/list_changed" }), said("Told.")),
};
const answers = {
  initialize: ({ protocolVersion }) => ({
    protocolVersion,
    capabilities: { tools: { listChanged: true }, resources: {}, prompts: {} },
    serverInfo: { name: "diary", version: "1" },
  }),
  "tools/list": () => ({ tools: tools() }),
  "tools/call": ({ name, arguments: args, _meta = {} }) => call[name](args, _meta),
  "resources/list": () => ({ resources: [{ uri: "diary://today", name: "Today" }] }),
  "resources/read": ({ uri }) => ({ contents: [{ uri, text: "Nothing happened today." }] }),
  "prompts/list": () => ({ prompts: [{ name: "sum-up" }] }),
  "prompts/get": () => ({ messages: [{ role: "user", content: { type: "text", text: "Sum it up." } }] }),
  ping: () => ({}),
};
createInterface({ input: process.stdin }).on("line", async (line) => {
  const message = JSON.parse(line);
  if (message.method === undefined) return waiting.get(message.id)?.(message.result ?? { error: message.error });
  if (message.id === undefined) return;
  try {
    send({ id: message.id, result: await answers[message.method](message.params ?? {}) });
  } catch (error) {
    send({ id: message.id, error: { code: -32603, message: String(error) } });
  }
});
`;
