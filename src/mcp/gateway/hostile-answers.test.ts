import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import type { ServerResponse } from "node:http";
import { gzipSync } from "node:zlib";
import { afterEach, expect, test } from "vitest";
import { defaultBudget, type PerimeterBudget } from "../../shared/perimeter.ts";
import { startMcpServer, type TestMcpServer } from "./testing/mcp-server.ts";
import { listed, openTestGateway } from "./testing/open-test-gateway.ts";

const started: TestMcpServer[] = [];
afterEach(async () => {
  for (const server of started.splice(0)) await server.close();
});

/** A server that is well-behaved until a tool is called. */
async function hostile(answer: (response: ServerResponse, id: number) => void): Promise<TestMcpServer> {
  const server = await startMcpServer({
    certificate: null,
    instead(message, _request, response) {
      if (message?.method !== "tools/call") return false;
      answer(response, message.id ?? 0);
      return true;
    },
  });
  started.push(server);
  return server;
}

const result = (id: number, text: string) =>
  JSON.stringify({ jsonrpc: "2.0", id, result: { content: [{ type: "text", text }] } });
const json = { "content-type": "application/json" };
const stream = { "content-type": "text/event-stream" };
const small: PerimeterBudget = { ...defaultBudget, bytesPerCall: 200_000 };

/** Opens a session with it and calls a tool; then shows that the gateway still works. */
async function calling(server: TestMcpServer, budget = defaultBudget, timeoutMs = 20_000) {
  await using gateway = await openTestGateway();
  const good = await startMcpServer({ certificate: null });
  started.push(good);
  await gateway.configure([listed(server, { budget }), listed(good, { name: "good" })]);
  const session = await gateway.session();
  await session.open();
  await session.tools();
  const outcome = await session.call("echo", { text: "x" }, timeoutMs).then(
    ({ text }) => ({ text, code: null, message: null }),
    ({ code, message }: { code: string; message: string }) => ({ text: null, code, message }),
  );
  expect(await (await gateway.session("good")).all()).toMatchObject({ text: "hello" });
  // What an answer was like is told when it is over.
  const calls = () =>
    gateway.crossings.filter(({ detail, server: name }) => name === "records" && detail.startsWith("tools/call"));
  await expect.poll(calls).toHaveLength(1);
  return { outcome, row: calls()[0], faults: gateway.faults };
}

test("the control: an answer as JSON and one as a stream come through", async () => {
  const plain = await hostile((response, id) => response.writeHead(200, json).end(result(id, "fine")));
  expect((await calling(plain, small)).outcome.text).toBe("fine");
  const streamed = await hostile((response, id) =>
    response.writeHead(200, stream).end(`data: ${result(id, "fine")}\n\n`),
  );
  expect((await calling(streamed, small)).outcome.text).toBe("fine");
});

test.each([
  ["as JSON", json, (id: number) => result(id, "x".repeat(1_000_000))],
  ["as a stream", stream, (id: number) => `data: ${result(id, "x".repeat(1_000_000))}\n\n`],
  ["as a stream of comments", stream, () => ": x\n\n".repeat(300_000)],
  ["without an end of a line", stream, () => `data: ${"x".repeat(1_000_000)}`],
])("a huge answer %s is cut at the budget of one call", async (_, head, body) => {
  const server = await hostile((response, id) => response.writeHead(200, head).end(body(id)));
  const { outcome, row } = await calling(server, small);
  expect(outcome).toMatchObject({ code: "tool.limit", message: expect.stringContaining("200000 bytes a call") });
  expect(row).toMatchObject({ what: "refused", ok: false });
  expect(row!.bytesIn).toBeLessThan(400_000);
});

test("a body without end is cut, too", async () => {
  const server = await hostile((response) => {
    response.writeHead(200, stream);
    const timer = setInterval(() => response.write(": still here\n\n".repeat(5000)), 5);
    response.on("close", () => clearInterval(timer));
  });
  expect((await calling(server, small)).outcome.code).toBe("tool.limit");
});

test("a compressed answer is refused before it is read", async () => {
  const bomb = gzipSync(Buffer.alloc(50_000_000, " "));
  const server = await hostile((response) =>
    response.writeHead(200, { ...json, "content-encoding": "gzip" }).end(bomb),
  );
  const { outcome, row } = await calling(server, small);
  expect(outcome).toMatchObject({ code: "perimeter.refused", message: expect.stringContaining("compressed") });
  expect(row!.bytesIn).toBeLessThan(200_000);
  expect(server.arrivals.every(({ headers }) => headers["accept-encoding"] === "identity")).toBe(true);
});

test("a server that never answers costs the caller's patience and no connection", async () => {
  const server = await hostile(() => {});
  const { outcome, row } = await calling(server, defaultBudget, 300);
  expect(outcome.code).toBe("timeout");
  expect(row).toMatchObject({ what: "call", ok: false, detail: "tools/call, cancelled" });
  expect(server.arrivals.at(-1)?.asked ?? "notifications/cancelled").toBe("notifications/cancelled");
});

test("a slow drip is ended, before the head and in the body", async () => {
  const drips: NodeJS.Timeout[] = [];
  const head = await hostile((response) => {
    drips.push(setInterval(() => response.socket?.write("HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n"), 20));
  });
  const body = await hostile((response) => {
    response.writeHead(200, stream);
    drips.push(setInterval(() => response.write(":\n"), 20));
  });
  try {
    for (const server of [head, body]) {
      expect((await calling(server, defaultBudget, 300)).outcome.code).toBe("timeout");
    }
  } finally {
    for (const drip of drips) clearInterval(drip);
  }
});

test("answers before the answer, and a head without end, are cut", async () => {
  const hints = await hostile((response) => {
    const one = `HTTP/1.1 103 Early Hints\r\nlink: </${"x".repeat(1000)}>\r\n\r\n`;
    for (let at = 0; at < 1000; at++) response.socket?.write(one);
  });
  expect((await calling(hints, small)).outcome.code).toBe("tool.limit");
  const head = await hostile((response) => {
    response.socket?.write(`HTTP/1.1 200 OK\r\n${`x-pad: ${"x".repeat(1000)}\r\n`.repeat(100)}`);
  });
  const { outcome } = await calling(head, defaultBudget);
  expect(outcome).toMatchObject({
    code: "perimeter.unreachable",
    message: expect.stringContaining("HPE_HEADER_OVERFLOW"),
  });
});

test.each([
  [
    "what is no HTTP",
    (response: ServerResponse) => response.socket?.end("SSH-2.0-OpenSSH_9.2\r\n"),
    "perimeter.unreachable",
  ],
  ["nothing", (response: ServerResponse) => response.socket?.destroy(), "perimeter.unreachable"],
  [
    "half an answer",
    (response: ServerResponse) =>
      response.writeHead(200, { ...json, "content-length": 500 }).write("{") &&
      setTimeout(() => response.socket?.destroy(), 20),
    "perimeter.unreachable",
  ],
  [
    "half a stream",
    (response: ServerResponse) =>
      response.writeHead(200, stream).write(": x\n\n") && setTimeout(() => response.socket?.destroy(), 20),
    "perimeter.unreachable",
  ],
  [
    "what is no JSON",
    (response: ServerResponse) => response.writeHead(200, json).end("secret, not JSON"),
    "server.failed",
  ],
  [
    "a page",
    (response: ServerResponse) => response.writeHead(200, { "content-type": "text/html" }).end("<p>"),
    "server.failed",
  ],
  [
    "another protocol",
    (response: ServerResponse) =>
      response.socket?.write("HTTP/1.1 101 Switching Protocols\r\nupgrade: x\r\nconnection: upgrade\r\n\r\n"),
    "perimeter.unreachable",
  ],
  [
    "an error with words",
    (response: ServerResponse) => response.writeHead(500, "Words of theirs").end("more words"),
    "server.failed",
  ],
  [
    "a refusal",
    (response: ServerResponse) =>
      response.writeHead(401, { "www-authenticate": 'Bearer resource_metadata="http://127.0.0.1/"' }).end(),
    "perimeter.refused",
  ],
  [
    "a status that is none",
    (response: ServerResponse) => response.socket?.write("HTTP/1.1 999 No\r\n\r\n"),
    "perimeter.refused",
  ],
])("an answer of %s is one error in our words", async (_, answer, code) => {
  const server = await hostile(answer);
  const { outcome, faults } = await calling(server);
  expect(outcome.code).toBe(code);
  expect(outcome.message).not.toMatch(/words|secret|<p>|OpenSSH/i);
  expect(faults).toEqual([]);
});

test("JSON nested without measure does not end the gateway, with a credential to look for", async () => {
  const deep = `${"[".repeat(100_000)}${"]".repeat(100_000)}`;
  const server = await hostile((response, id) =>
    response
      .writeHead(200, json)
      .end(`{"jsonrpc":"2.0","id":${id},"result":{"content":[],"structuredContent":{"a":${deep}}}}`),
  );
  await using gateway = await openTestGateway();
  await gateway.configure([listed(server, { credentialHeader: "x-key" })]);
  await gateway.client.call("setCredential", { name: "records", secret: "a-long-secret" });
  const session = await gateway.session();
  const got = await session.all();
  expect(JSON.stringify(got).length).toBeLessThan(20_000);
  expect(await session.tools()).toMatchObject({ tools: [{}, {}, {}] });
});

test("a server that closes its stream again and again is not asked again and again", async () => {
  const server = await startMcpServer({
    certificate: null,
    instead(_message, request, response) {
      if (request.method !== "GET") return false;
      response.writeHead(200, stream).end("id: 1\nretry: 0\ndata:\n\n");
      return true;
    },
  });
  started.push(server);
  const streams = () => server.arrivals.filter(({ method }) => method === "GET").length;
  // The control: the SDK's own transport comes back as often as it is told to.
  const client = new Client({ name: "plain", version: "1" });
  const transport = new StreamableHTTPClientTransport(new URL(server.url));
  await client.connect(transport as Parameters<typeof client.connect>[0]);
  await expect.poll(streams, { timeout: 20_000 }).toBeGreaterThan(20);
  await client.close();
  server.arrivals.length = 0;
  await using gateway = await openTestGateway();
  await gateway.configure([listed(server)]);
  const began = performance.now();
  await (await gateway.session()).all();
  await expect.poll(streams, { timeout: 20_000 }).toBeGreaterThan(2);
  expect(streams()).toBeLessThanOrEqual(1 + Math.ceil((performance.now() - began) / 1000));
});
