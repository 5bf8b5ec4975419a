import { afterEach, describe, expect, it, vi } from "vitest";
import type { Payload } from "../../shared/contract.ts";
import type { mcpContract } from "../../shared/mcp-contract.ts";
import { type Ask, call, nobody, open, withTool } from "../testing/open-session.ts";
import { type Answers, someTool } from "../testing/scripted-server.ts";

afterEach(() => void vi.useRealTimers());

describe("lists", () => {
  it("goes through all pages, and passes tools on word for word", async () => {
    const pages: Record<string, unknown> = {
      first: {
        tools: [someTool({ description: " a\u200Bb ", title: "T", annotations: { readOnlyHint: true } })],
        nextCursor: "x",
      },
      x: { tools: [someTool({ name: "two", inputSchema: { type: "object", properties: { a: {} } } })] },
    };
    const { client } = await open({ "tools/list": ({ cursor = "first" }) => pages[String(cursor)] });
    expect((await client.call("tools", {})).tools).toEqual([
      {
        ...{ name: "one", title: "T", description: " a\u200Bb ", inputSchema: { type: "object" } },
        ...{ readOnlyHint: true, destructiveHint: null },
      },
      {
        ...{ name: "two", title: null, description: "", inputSchema: { type: "object", properties: { a: {} } } },
        ...{ readOnlyHint: null, destructiveHint: null },
      },
    ]);
  });

  it.each<readonly [string, (page: number) => unknown, string]>([
    [
      "pages in a circle",
      (page) => ({ tools: [someTool({ name: `t${page}` })], nextCursor: String(page % 3) }),
      "does not end",
    ],
    ["pages without end", (page) => ({ tools: [], nextCursor: String(page) }), "does not end"],
    [
      "too many tools",
      () => ({ tools: Array.from({ length: 201 }, (_, at) => someTool({ name: `t${at}` })) }),
      "more than 200",
    ],
    ["one name twice", () => ({ tools: [someTool(), someTool()] }), "one name"],
    ["a description without end", () => ({ tools: [someTool({ description: "x".repeat(20_001) })] }), "too long"],
    [
      "a schema without end",
      () => ({ tools: [someTool({ inputSchema: { type: "object", title: "x".repeat(64_000) } })] }),
      "too long",
    ],
    [
      "a schema that is nested for ever",
      () => ({ tools: [someTool({ inputSchema: { type: "object", properties: nested(100) } })] }),
      "too long",
    ],
    ["something else", () => ({ tools: "many" }), "form"],
  ])("refuses %s", async (_, page, why) => {
    let pages = 0;
    const { client } = await open({ "tools/list": () => page(pages++) });
    await expect(client.call("tools", {})).rejects.toThrow(why);
    expect(pages).toBeLessThanOrEqual(50);
  });

  it("refuses a list that is too long as a whole", async () => {
    const description = "\u0001".repeat(20_000);
    const tools = Array.from({ length: 40 }, (_, at) => someTool({ name: `t${at}`, description }));
    const { client } = await open({ "tools/list": () => ({ tools }) });
    await expect(client.call("tools", {})).rejects.toMatchObject({ code: "tool.limit" });
  });

  it("gives resources and prompts", async () => {
    const { client } = await open({
      "resources/list": () => ({ resources: [{ uri: "memo://1", name: "n", mimeType: "text/plain" }] }),
      "prompts/list": () => ({ prompts: [{ name: "p", arguments: [{ name: "a", required: true }] }] }),
      "resources/read": () => ({
        contents: [
          { uri: "memo://1", text: "read" },
          { uri: "memo://2", blob: "AAAA" },
        ],
      }),
      "prompts/get": ({ arguments: args }) => ({
        messages: [
          { role: "user", content: { type: "text", text: JSON.stringify(args) } },
          { role: "assistant", content: { type: "image", data: "AA==", mimeType: "image/png" } },
        ],
      }),
    });
    expect(await client.call("resources", {})).toEqual({
      resources: [{ uri: "memo://1", name: "n", description: "", mimeType: "text/plain" }],
    });
    expect(await client.call("prompts", {})).toEqual({
      prompts: [{ name: "p", description: "", arguments: [{ name: "a", description: "", required: true }] }],
    });
    expect(await client.call("readResource", { uri: "memo://1", timeoutMs: 1000 })).toMatchObject({
      text: "read\n[Left out: resource, application/octet-stream, 3 bytes.]",
    });
    expect(await client.call("prompt", { name: "p", arguments: { a: "b" } })).toEqual({
      text: 'user: {"a":"b"}\n\nassistant: [Left out: image, image/png.]',
    });
  });
});

describe("a call", () => {
  it("is checked against the schema before it is sent", async () => {
    const inputSchema = { type: "object", properties: { n: { type: "number", minimum: 1 } }, required: ["n"] };
    const { client, server } = await withTool({ inputSchema }, { "tools/call": () => ({ content: [] }) });
    await expect(call(client, {})).rejects.toMatchObject({ code: "input.invalid" });
    await expect(call(client, { n: 0 })).rejects.toThrow(/>= 1/);
    expect(server.sent.filter(({ method }) => method === "tools/call")).toEqual([]);
    expect(await call(client, { n: 1 })).toMatchObject({ text: "", isError: false });
  });

  it("is only for tools that were listed", async () => {
    const { client } = await open({ "tools/call": () => ({ content: [] }) });
    await expect(call(client)).rejects.toMatchObject({
      code: "tool.failed",
      message: expect.stringContaining("does not list"),
    });
  });

  it("gives data that fits its description, and fails with other data", async () => {
    const outputSchema = { type: "object", properties: { n: { type: "number" } }, required: ["n"] };
    let n: unknown = 3;
    const answers = { "tools/call": () => ({ content: [], structuredContent: { n } }) };
    const { client } = await withTool({ outputSchema }, answers);
    expect(await call(client)).toMatchObject({ data: { n: 3 }, text: '{\n "n": 3\n}' });
    n = "three";
    await expect(call(client)).rejects.toThrow(/not as its description says/);
  });

  it("is not made when what comes of it could not be checked", async () => {
    const outputSchema = { type: "object", $ref: "https://schemas.example/x" };
    const { client, server } = await withTool({ outputSchema }, { "tools/call": () => ({ content: [] }) });
    await expect(call(client)).rejects.toThrow(/cannot be called.*can't resolve/);
    expect(server.sent.filter(({ method }) => method === "tools/call")).toEqual([]);
  });

  it("quotes the server's words when it fails, cut", async () => {
    const error = { code: -32_602, message: "w".repeat(5000) };
    const answers: Answers = {
      "tools/call": () => {
        throw error;
      },
    };
    const { client } = await withTool({}, answers);
    const failure = await call(client).catch((thrown: unknown) => thrown);
    expect(failure).toMatchObject({ code: "tool.failed", data: { said: "w".repeat(2000) } });
  });

  it("is cancelled at the server, too", async () => {
    const { client, server } = await withTool({}, {});
    const controller = new AbortController();
    const params = { callId: "c", tool: "one", arguments: {}, timeoutMs: 5000 };
    const calling = client.call("call", params, { signal: controller.signal });
    calling.catch(() => {});
    await vi.waitFor(() => expect(server.sent.at(-1)).toMatchObject({ method: "tools/call" }));
    const { id } = server.sent.at(-1) ?? {};
    controller.abort();
    await expect(calling).rejects.toMatchObject({ code: "cancelled" });
    await vi.waitFor(() =>
      expect(server.sent.at(-1)).toMatchObject({ method: "notifications/cancelled", params: { requestId: id } }),
    );
  });

  it("tells its progress, which stretches its time, but not for ever", async () => {
    const { client, server } = await withTool({}, {});
    vi.useFakeTimers();
    const heard: Payload<typeof mcpContract, "progress">[] = [];
    client.on("progress", (payload) => heard.push(payload));
    const calling = call(client, {}, 1000);
    const failures: unknown[] = [];
    calling.catch((error: unknown) => failures.push(error));
    await vi.advanceTimersByTimeAsync(0);
    const progressToken = server.sent.at(-1)?.["id"];
    let seconds = 0;
    for (; failures.length === 0 && seconds < 30; seconds += 0.9) {
      server.say({
        method: "notifications/progress",
        params: { progressToken, progress: seconds, message: "m".repeat(900) },
      });
      await vi.advanceTimersByTimeAsync(900);
    }
    expect(failures).toMatchObject([{ code: "timeout" }]);
    expect(seconds).toBeGreaterThan(9);
    expect(seconds).toBeLessThan(12);
    expect(heard[0]).toEqual({ callId: "c", progress: 0, total: null, message: "m".repeat(500) });
  });

  it("does not run out of time while a person is asked", async () => {
    const answer = Promise.withResolvers<{ action: "accept"; values: { name: string } }>();
    const ask: Ask = { ...nobody, elicit: () => answer.promise };
    const { client, server } = await withTool({}, {}, ask);
    vi.useFakeTimers();
    const calling = call(client, {}, 1000);
    await vi.advanceTimersByTimeAsync(0);
    const { id } = server.sent.at(-1) ?? {};
    const requestedSchema = { type: "object", properties: { name: { type: "string" } } };
    server.say({ id: 5, method: "elicitation/create", params: { message: "?", requestedSchema } });
    await vi.advanceTimersByTimeAsync(3_600_000);
    answer.resolve({ action: "accept", values: { name: "Ann" } });
    await vi.advanceTimersByTimeAsync(900);
    expect(server.sent.at(-1)).toMatchObject({ id: 5, result: { action: "accept", content: { name: "Ann" } } });
    server.say({ id, result: { content: [] } });
    await expect(calling).resolves.toMatchObject({ text: "" });
  });
});

function nested(depth: number): unknown {
  return depth === 0 ? {} : { a: nested(depth - 1) };
}
