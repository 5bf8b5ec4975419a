import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { type Implementation, serve } from "../../shared/contract.ts";
import { IndoorsError } from "../../shared/errors.ts";
import { memoryChannelPair } from "../../shared/memory-channel.ts";
import { mcpContract, mcpHostContract } from "../../shared/mcp-contract.ts";
import { connect } from "../../shared/contract.ts";
import { connectSession, type SessionCallbacks, type SessionEvent } from "./connect-session.ts";

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

type Session = Implementation<typeof mcpContract>;
const never = () => new Promise<never>(() => {});
const info = {
  name: "n",
  version: "v",
  protocolVersion: "p",
  instructions: null,
  tools: true,
  resources: true,
  prompts: true,
};
const result = { text: "", data: null, isError: false, truncated: false, leftOut: [] };
const tool = { name: "t", title: null, description: "", inputSchema: {}, readOnlyHint: null, destructiveHint: null };

/** A session that does what it is told, and a host that is connected to it. */
async function connected(session: Partial<Session>, callbacks: Partial<SessionCallbacks> = {}) {
  const [host, there] = memoryChannelPair();
  const events: SessionEvent[] = [];
  const server = serve(there, mcpContract, {
    ...{
      open: () => info,
      tools: never,
      resources: never,
      prompts: never,
      call: never,
      readResource: never,
      prompt: never,
    },
    ...session,
  });
  const asking = connect(there, mcpHostContract);
  const all = {
    host: { elicit: never, sample: never },
    onEvent: (event: SessionEvent) => void events.push(event),
    onFault: () => {},
    ...callbacks,
  };
  const signal = new AbortController().signal;
  const opening = connectSession(host, { clientVersion: "1", elicitation: true, sampling: true }, all, signal);
  return { opening, server, asking, there, events };
}
const call = { callId: "c", tool: "t", arguments: {}, timeoutMs: 1000 };

describe("a session that is silent", () => {
  it("at the beginning is given up", async () => {
    const { opening } = await connected({ open: never });
    const failure = opening.catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(36_000);
    expect(await failure).toMatchObject({ code: "server.failed", data: { reason: "It does not answer." } });
  });

  it("in a call is given up later than it should have done so itself, and answers nothing more", async () => {
    const { opening, there } = await connected({});
    const { client, ended } = await opening;
    let closed = "";
    there.onClose((reason) => (closed = reason));
    const calling = client.call("call", call).catch((error: unknown) => error);
    await vi.advanceTimersByTimeAsync(5900);
    expect(closed).toBe("");
    await vi.advanceTimersByTimeAsync(200);
    expect(await calling).toMatchObject({ code: "server.failed" });
    expect(await ended).toBe("It does not answer.");
    expect(closed).not.toBe("");
    await expect(client.call("tools", {})).rejects.toMatchObject({ code: "server.failed" });
  });

  it("but tells its progress is given ten times as long, and no more", async () => {
    const { opening, server, events } = await connected({});
    const { client, ended } = await opening;
    void client.call("call", call).catch(() => {});
    let over = false;
    void ended.then(() => (over = true));
    for (let second = 0; second < 14; second++) {
      server.emit("progress", { callId: "c", progress: second, total: null, message: null });
      await vi.advanceTimersByTimeAsync(1000);
    }
    expect(over).toBe(false);
    await vi.advanceTimersByTimeAsync(1500);
    expect(over).toBe(true);
    expect(events.length).toBeGreaterThan(10);
  });

  it("while a person is asked is not given up", async () => {
    const answer = Promise.withResolvers<{ action: "decline" }>();
    const host = { elicit: () => answer.promise, sample: never };
    const { opening, asking } = await connected({}, { host });
    const { client, ended } = await opening;
    let over = false;
    void ended.then(() => (over = true));
    void client.call("call", call).catch(() => {});
    void asking.call("elicit", { message: "?", fields: [] });
    await vi.advanceTimersByTimeAsync(3_600_000);
    expect(over).toBe(false);
    answer.resolve({ action: "decline" });
    await vi.advanceTimersByTimeAsync(7000);
    expect(over).toBe(true);
  });
});

describe("a session that is not in order", () => {
  it.each<readonly [string, Partial<Session>, "tools" | "call", string]>([
    ["lists two tools of one name", { tools: () => ({ tools: [tool, tool] }) }, "tools", "tool.failed"],
    [
      "nests a schema for ever",
      { tools: () => ({ tools: [{ ...tool, inputSchema: nested(3000) }] }) },
      "tools",
      "tool.limit",
    ],
    ["nests its data for ever", { call: () => ({ ...result, data: nested(3000) }) }, "call", "contract.invalid"],
    [
      "gives more data than is borne",
      { call: () => ({ ...result, data: "x".repeat(200_000) }) },
      "call",
      "contract.invalid",
    ],
    [
      "gives more text than is borne",
      { call: () => ({ ...result, text: "x".repeat(500_000) }) },
      "call",
      "contract.invalid",
    ],
    ["gives something else", { call: () => ({ ...result, more: 1 }) as never }, "call", "contract.invalid"],
  ])("%s: refused", async (_, session, method, code) => {
    const { client } = await (await connected(session)).opening;
    const asked = method === "tools" ? client.call("tools", {}) : client.call("call", call);
    await expect(asked).rejects.toMatchObject({ code });
  });

  it("tells without end is ended", async () => {
    const { opening, server, events } = await connected({});
    const { ended } = await opening;
    for (let at = 0; at < 6000; at++) server.emit("changed", { what: "tools" });
    expect(await ended).toBe("It tells more than can be borne.");
    expect(events.length).toBe(5000);
  });

  it("asks without end is answered eight times", async () => {
    let asked = 0;
    const host = { elicit: () => (asked++, never()), sample: never };
    const { opening, asking } = await connected({}, { host });
    await opening;
    const all = Array.from({ length: 20 }, () => asking.call("elicit", { message: "?", fields: [] }));
    const refused = await Promise.allSettled(all.slice(8));
    expect(refused.every(({ status }) => status === "rejected")).toBe(true);
    expect(asked).toBe(8);
  });
});

it("does not ask people for ever, one thing after the other", async () => {
  let asked = 0;
  const host = { elicit: () => (asked++, { action: "decline" as const }), sample: never };
  const { opening, asking } = await connected({}, { host });
  await opening;
  const ask = () => asking.call("elicit", { message: "?", fields: [] }).catch(() => {});
  for (let at = 0; at < 100; at++) await ask();
  expect(asked).toBe(30);
  await vi.advanceTimersByTimeAsync(60_000);
  for (let at = 0; at < 100; at++) await ask();
  expect(asked).toBe(36);
});

it("passes on why it was not opened, also when the end is told with it", async () => {
  const refused = new IndoorsError("perimeter.refused", "Not that one.");
  const { opening, server } = await connected({
    open: () => {
      queueMicrotask(() => server.emit("ended", { reason: "Not that one." }));
      throw refused;
    },
  });
  await expect(opening).rejects.toMatchObject({ code: "perimeter.refused" });
});

it("is over when the channel is, and says so once", async () => {
  const { opening, there } = await connected({});
  const session = await opening;
  const calling = session.client.call("tools", {});
  there.close();
  await expect(calling).rejects.toMatchObject({ code: "server.failed" });
  expect(await session.ended).toBe("Its session ended: closed.");
  await session.dispose();
  expect(await session.ended).toBe("Its session ended: closed.");
});

function nested(depth: number): Record<string, unknown> {
  let value: Record<string, unknown> = {};
  for (let at = 0; at < depth; at++) value = { value };
  return value;
}
