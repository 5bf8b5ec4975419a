import { afterEach, describe, expect, it, vi } from "vitest";
import { IndoorsError } from "../../shared/errors.ts";
import { call, open, serving, withTool } from "../testing/open-session.ts";
import { ScriptedServer } from "../testing/scripted-server.ts";
import { openMs } from "./limits.ts";

afterEach(() => void vi.useRealTimers());

describe("the acquaintance", () => {
  it("tells who the server is, and the server who we are and what it may ask", async () => {
    const { info, server } = await open({});
    expect(info).toMatchObject({ name: "scripted", version: "1", tools: true, resources: true, prompts: true });
    expect(info.protocolVersion).toMatch(/^\d{4}-\d\d-\d\d$/);
    expect(server.sent[0]).toMatchObject({
      method: "initialize",
      params: {
        clientInfo: { name: "indoors", version: "7" },
        capabilities: { elicitation: { form: {} }, sampling: {} },
      },
    });
    expect(server.sent[1]).toMatchObject({ method: "notifications/initialized" });
  });

  it("announces nothing that it was not told to", async () => {
    const server = new ScriptedServer();
    const { client } = serving(() => server);
    await client.call("open", { clientVersion: "7", elicitation: false, sampling: false });
    expect(server.sent[0]).toMatchObject({ params: { capabilities: {} } });
    expect(server.sent[0]).not.toHaveProperty("params.capabilities.sampling");
    server.say({ id: 1, method: "sampling/createMessage", params: { messages: [], maxTokens: 1 } });
    await vi.waitFor(() => expect(server.sent.at(-1)).toMatchObject({ id: 1, error: { code: -32_601 } }));
  });

  it("lists nothing of what a server does not have, without asking it", async () => {
    const bare = { protocolVersion: "2025-06-18", capabilities: {}, serverInfo: { name: "n", version: "v" } };
    const { client, server, info } = await open({ initialize: () => bare });
    expect(info).toMatchObject({ tools: false, protocolVersion: "2025-06-18" });
    expect(await client.call("tools", {})).toEqual({ tools: [] });
    expect(await client.call("resources", {})).toEqual({ resources: [] });
    expect(await client.call("prompts", {})).toEqual({ prompts: [] });
    expect(server.sent).toHaveLength(2);
  });

  it.each([
    [
      "a version that nobody knows",
      { protocolVersion: "1999-01-01", capabilities: {}, serverInfo: { name: "n", version: "v" } },
    ],
    ["an answer of another form", { protocolVersion: 7 }],
  ])("fails with %s, and closes the way", async (_, result) => {
    const server = new ScriptedServer({ initialize: () => result });
    const { client, session } = serving(() => server);
    const opening = client.call("open", { clientVersion: "7", elicitation: true, sampling: true });
    await expect(opening).rejects.toMatchObject({ code: expect.stringMatching(/^(?:server|tool)\.failed$/) });
    expect(server.closed).toBe(true);
    expect(await session.ended).not.toBe("");
  });

  it("gives up when the server says nothing, and closes a way that comes too late", async () => {
    vi.useFakeTimers();
    const server = new ScriptedServer({ initialize: () => undefined });
    const { client } = serving(() => server);
    const opening = client.call("open", { clientVersion: "7", elicitation: true, sampling: true });
    opening.catch(() => {});
    await vi.advanceTimersByTimeAsync(openMs - 1);
    expect(server.closed).toBe(false);
    await vi.advanceTimersByTimeAsync(2);
    await expect(opening).rejects.toMatchObject({ code: "timeout" });
    expect(server.closed).toBe(true);

    const late = new ScriptedServer();
    const slow = serving(() => new Promise((resolve) => setTimeout(() => resolve(late), openMs + 1000)));
    const other = slow.client.call("open", { clientVersion: "7", elicitation: true, sampling: true });
    other.catch(() => {});
    await vi.advanceTimersByTimeAsync(openMs + 2000);
    await expect(other).rejects.toMatchObject({ code: "timeout" });
    expect(late.closed).toBe(true);
  });

  it("passes on why the server may not be reached", async () => {
    const refused = new IndoorsError("perimeter.refused", "Not that one.", { reason: "pin" });
    const { client, session } = serving(() => Promise.reject(refused));
    const told: string[] = [];
    client.on("ended", () => told.push("ended"));
    const opening = client.call("open", { clientVersion: "7", elicitation: true, sampling: true });
    opening.catch(() => told.push("why"));
    await expect(opening).rejects.toMatchObject({ code: "perimeter.refused", message: "Not that one." });
    expect(await session.ended).toBe("Not that one.");
    await vi.waitFor(() => expect(told).toEqual(["why", "ended"]));
    await expect(client.call("tools", {})).rejects.toMatchObject({ code: "server.failed" });
  });

  it("happens once", async () => {
    const { client } = await open({});
    const again = client.call("open", { clientVersion: "7", elicitation: true, sampling: true });
    await expect(again).rejects.toMatchObject({ code: "input.invalid" });
  });
});

it("passes on what changed and what was logged, at a bearable rate", async () => {
  const { client, server } = await open({});
  const heard = { changed: 0, log: 0 };
  client.on("changed", () => heard.changed++);
  client.on("log", () => heard.log++);
  for (let at = 0; at < 1000; at++) {
    server.say({ method: "notifications/resources/list_changed" });
    server.say({ method: "notifications/message", params: { level: "info", data: { at } } });
  }
  await vi.waitFor(() => expect(heard.changed).toBeGreaterThan(100));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(heard.changed + heard.log).toBeLessThan(600);
  expect(heard.log).toBeGreaterThan(50);
});

describe("a server that goes too far", () => {
  const pong = async (server: ScriptedServer, id: number) => {
    server.say({ id, method: "ping" });
    await vi.waitFor(() =>
      expect(server.sent.some((message) => message["id"] === id && "result" in message)).toBe(true),
    );
  };

  it("is ended when it floods, and not before", async () => {
    const { server, session } = await open({});
    for (let at = 0; at < 15_000; at++) server.say({ method: "notifications/tools/list_changed" });
    await pong(server, 77);
    for (let at = 0; at < 15_000; at++) server.say({ method: "notifications/tools/list_changed" });
    expect(await session.ended).toContain("more messages than can be borne");
    expect(server.closed).toBe(true);
  });

  it("is ended when it forges answers, and none settles anything", async () => {
    const { client, server, session } = await withTool({}, {});
    const calling = call(client);
    await vi.waitFor(() => expect(server.sent.at(-1)).toMatchObject({ method: "tools/call" }));
    const id = Number(server.sent.at(-1)?.["id"]);
    for (let at = 1; at < 50; at++)
      server.say({ id: id + at, result: { content: [{ type: "text", text: "forged" }] } });
    server.say({ id, result: { content: [{ type: "text", text: "true" }] } });
    expect((await calling).text).toBe("true");
    const next = call(client);
    next.catch(() => {});
    await vi.waitFor(() => expect(server.sent.at(-1)).toMatchObject({ id: id + 1 }));
    // An answer that came before its question is none.
    server.say({ id, result: { content: [{ type: "text", text: "again" }] } });
    for (let at = 0; at < 60; at++) server.say({ id: "other", error: { code: 1, message: "forged" } });
    await expect(next).rejects.toMatchObject({ code: "server.failed" });
    expect(await session.ended).toContain("never asked");
  });
});

describe("the end", () => {
  it("is told once, with the reason that the transport knows", async () => {
    const { client, server, session } = await open({});
    const reasons: string[] = [];
    client.on("ended", ({ reason }) => reasons.push(reason));
    server.fault = "It ended (exit code 3).";
    await server.close();
    expect(await session.ended).toBe("It ended (exit code 3).");
    await expect(client.call("tools", {})).rejects.toThrow("It ended (exit code 3).");
    expect(reasons).toEqual(["It ended (exit code 3)."]);
  });

  it("of the channel is the end of the server", async () => {
    const { server, host, session } = await open({});
    host.close();
    await session.ended;
    await vi.waitFor(() => expect(server.closed).toBe(true));
  });

  it("fails the calls under way", async () => {
    const { client, server } = await withTool({}, {});
    const calling = call(client);
    calling.catch(() => {});
    await vi.waitFor(() => expect(server.sent.at(-1)).toMatchObject({ method: "tools/call" }));
    await server.close();
    await expect(calling).rejects.toMatchObject({ code: "server.failed" });
  });
});
