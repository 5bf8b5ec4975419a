import { onTestFinished } from "vitest";
import { type Client, connect, type Implementation, serve } from "../../shared/contract.ts";
import { IndoorsError } from "../../shared/errors.ts";
import { memoryChannelPair } from "../../shared/memory-channel.ts";
import { mcpContract, mcpHostContract } from "../../shared/mcp-contract.ts";
import { type Reach, serveSession } from "../session/serve-session.ts";
import { type Answers, ScriptedServer, someTool } from "./scripted-server.ts";

export type Ask = Implementation<typeof mcpHostContract>;
export const nobody: Ask = {
  elicit: () => ({ action: "decline" }),
  sample: () => {
    throw new IndoorsError("tool.denied", "No.");
  },
};
/** A session over this way, and the host at the other end. It ends with the test. */
export function serving(reach: Reach, ask: Ask = nobody) {
  const [host, there] = memoryChannelPair();
  const session = serveSession(there, reach);
  serve(host, mcpHostContract, ask);
  const client = connect(host, mcpContract);
  onTestFinished(() => session.dispose());
  return { session, client, host };
}

/** A session with a server that answers so, opened. */
export async function open(answers: Answers, ask?: Ask) {
  const server = new ScriptedServer(answers);
  const served = serving(() => server, ask);
  const info = await served.client.call("open", { clientVersion: "7", elicitation: true, sampling: true });
  return { ...served, server, info };
}

/** Calls the tool `one`. */
export const call = (client: Client<typeof mcpContract>, args: Record<string, unknown> = {}, timeoutMs = 5000) =>
  client.call("call", { callId: "c", tool: "one", arguments: args, timeoutMs });

/** A session with a server of one tool, `one`, listed. */
export async function withTool(tool: Readonly<Record<string, unknown>>, answers: Answers, ask?: Ask) {
  const opened = await open({ "tools/list": () => ({ tools: [someTool(tool)] }), ...answers }, ask);
  await opened.client.call("tools", {});
  return opened;
}
