import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import { StreamableHTTPClientTransport } from "@modelcontextprotocol/sdk/client/streamableHttp.js";
import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { get as httpGet, request as httpRequest, type ServerResponse } from "node:http";
import { request as httpsRequest } from "node:https";
import { connect as connectTcp } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import type { PerimeterServer } from "../../shared/perimeter.ts";
import { type MessagePeer, processChannel } from "../../shared/process-channel.ts";
import { reach } from "./dial.ts";
import { makeCertificate } from "./testing/make-certificate.ts";
import { startMcpServer, type TestMcpServer, type TestServerOptions } from "./testing/mcp-server.ts";
import { gatewayClient, listed, openTestGateway } from "./testing/open-test-gateway.ts";

/** Where every trick tries to lead to: a server that works, at a place that is not listed. */
let elsewhere: TestMcpServer;
const started: TestMcpServer[] = [];
const signal = new AbortController().signal;

async function start(options: Partial<TestServerOptions> = {}): Promise<TestMcpServer> {
  const server = await startMcpServer({ certificate: null, ...options });
  started.push(server);
  return server;
}

beforeAll(async () => {
  elsewhere = await startMcpServer({ address: "127.0.0.2", certificate: null });
});
afterEach(async () => {
  elsewhere.arrivals.length = 0;
  for (const server of started.splice(0)) await server.close();
});
afterAll(() => elsewhere.close());

/** The control: the SDK's client as it is, with its own transport. */
async function plainly(url: string, redirectPolicy: "follow" | "same-origin" = "follow", headers = {}): Promise<void> {
  const client = new Client({ name: "plain", version: "1" });
  const transport = new StreamableHTTPClientTransport(new URL(url), { redirectPolicy, requestInit: { headers } });
  try {
    await client.connect(transport as Parameters<typeof client.connect>[0]);
    await client.listTools();
  } finally {
    await client.close();
  }
}

/** The same with a gateway that has this on its list. */
async function throughGateway(server: PerimeterServer, secret: string | null = null) {
  await using gateway = await openTestGateway();
  const { refused } = await gateway.configure([server]);
  if (secret !== null) await gateway.client.call("setCredential", { name: server.name, secret });
  const failure = await gateway
    .session()
    .then((session) => session.all())
    .then(
      () => null,
      (fault: { code: string; message: string }) => fault,
    );
  return { refused, failure, crossings: [...gateway.crossings] };
}

const leadsTo = (response: ServerResponse, url: string, status: number) => {
  response.writeHead(status, { location: url }).end();
  return true;
};

describe("redirects", () => {
  const ways = {
    "another address": () => elsewhere.url,
    "an address that is not allowed": () => elsewhere.url.replace("127.0.0.2", "0.0.0.0"),
    "another port": () => elsewhere.url.replace("127.0.0.2", "127.0.0.1"),
  };

  test.each(Object.entries(ways))("1–3: to %s", async (_, to) => {
    const target = await start({ address: "0.0.0.0" });
    const witness = to().replace(/:\d+\//, `:${target.port}/`);
    const server = await start({ instead: (_message, _request, response) => leadsTo(response, witness, 307) });
    await plainly(server.url);
    expect(target.arrivals).not.toEqual([]);
    target.arrivals.length = 0;
    const { failure, crossings } = await throughGateway(listed(server));
    expect(failure).toMatchObject({ code: "perimeter.refused", message: expect.stringContaining("leads elsewhere") });
    expect(crossings).toContainEqual(expect.objectContaining({ what: "refused", ok: false }));
    expect(target.arrivals).toEqual([]);
  });

  test("4: to another path of the same server, which the SDK follows by itself", async () => {
    const server = await start({
      instead: (_message, request, response) => request.url === "/mcp" && leadsTo(response, "/other", 307),
    });
    await plainly(server.url, "same-origin");
    expect(server.arrivals.some(({ url }) => url === "/other")).toBe(true);
    server.arrivals.length = 0;
    expect((await throughGateway(listed(server))).failure).toMatchObject({ code: "perimeter.refused" });
    expect(server.arrivals.map(({ url }) => url)).toEqual(["/mcp"]);
  });

  test("5: in the middle of a session, to collect its id and the credential", async () => {
    const server = await start({
      instead: (message, _request, response) =>
        message?.method === "tools/list" && leadsTo(response, elsewhere.url, 307),
    });
    await plainly(server.url, "follow", { "x-key": "secret-of-records" }).catch(() => {});
    expect(elsewhere.arrivals.map(({ headers }) => headers["mcp-session-id"] !== undefined)).toContain(true);
    elsewhere.arrivals.length = 0;
    const { failure } = await throughGateway(listed(server, { credentialHeader: "X-Key" }), "secret-of-records");
    expect(failure).toMatchObject({ code: "perimeter.refused" });
    expect(server.arrivals.every(({ headers }) => headers["x-key"] === "secret-of-records")).toBe(true);
    expect(elsewhere.arrivals).toEqual([]);
  });
});

test("6: a name that was listed and now leads elsewhere (rebinding)", async () => {
  const server = await start();
  const url = server.url.replace("127.0.0.1", "records.test");
  let asked = 0;
  // The control: a client that looks the name up when it connects goes where the name leads by then.
  const moved = await start({ address: "127.0.0.2", port: server.port });
  const lookup = (_: string, __: object, answer: (error: null, found: { address: string; family: 4 }[]) => void) =>
    answer(null, [{ address: "127.0.0.2", family: 4 }]);
  const [response] = await once(httpGet(url, { lookup: lookup as never }), "response");
  response.resume();
  expect(moved.arrivals.length).toBe(1);
  await using gateway = await openTestGateway({ lookup: async () => (asked++, ["127.0.0.2"]) });
  await gateway.configure([listed({ ...server, url })]);
  expect(await (await gateway.session()).all()).toMatchObject({ text: "hello" });
  expect([moved.arrivals.length, asked]).toEqual([1, 0]);
  expect(server.arrivals.every(({ headers }) => headers.host === `records.test:${server.port}`)).toBe(true);
});

test.each([
  ["a private and a public address", ["10.0.0.7", "8.8.8.8"], "leads to 8.8.8.8, which is not allowed: a public"],
  ["this machine and the metadata service", ["127.0.0.1", "169.254.169.254"], "metadata"],
  ["an IPv4-mapped address", ["::ffff:127.0.0.1"], "IPv4-mapped"],
  ["nothing", [], "has no address"],
])("7: a name with %s cannot be listed", async (_, addresses, fault) => {
  const server = await start();
  const url = server.url.replace("127.0.0.1", "records.test");
  await using gateway = await openTestGateway({ lookup: async () => addresses });
  expect((await gateway.client.call("examine", { url })).fault).toContain(fault);
  expect(server.seen().connections).toBe(0);
  await using control = await openTestGateway({ lookup: async () => ["127.0.0.1"] });
  expect((await control.client.call("examine", { url })).fault).toBeNull();
  expect(server.seen().connections).toBe(1);
});

test.each(["2130706433", "0x7f000001", "0177.0.0.1", "127.1", "0x7f.1", "127.0.0.1.", "[::ffff:127.0.0.1]"])(
  "8: this machine, spelled %s",
  async (host) => {
    const server = await start(host.includes(":") ? { address: "::ffff:127.0.0.1" } : {});
    const url = `http://${host}:${server.port}/mcp`;
    await plainly(url);
    const arrived = server.arrivals.length;
    expect(arrived).toBeGreaterThan(0);
    const { refused, failure } = await throughGateway(listed({ ...server, address: "127.0.0.1", url }));
    expect(refused).toMatchObject([{ name: "records", reason: expect.stringContaining("cannot be listed") }]);
    expect(failure).toMatchObject({ code: "not-found" });
    expect(server.arrivals.length).toBe(arrived);
  },
);

test("9: a user name that looks like the host", async () => {
  const url = elsewhere.url.replace("http://", "http://records.lan:443@");
  const [response] = await once(httpGet(url), "response");
  response.resume();
  expect(elsewhere.arrivals.length).toBe(1);
  const { refused } = await throughGateway(listed({ ...elsewhere, url }));
  expect(refused).toMatchObject([{ reason: expect.stringContaining("user name") }]);
  expect(elsewhere.arrivals.length).toBe(1);
});

describe("10: addresses that are not allowed, written into the configuration by hand", () => {
  test.each(["0.0.0.0", "::ffff:127.0.0.1"])("%s", async (address) => {
    const server = await start();
    // The control: the system takes this for an address of this machine.
    await once(connectTcp(server.port, address), "connect");
    const before = server.seen().connections;
    const url = server.url.replace("127.0.0.1", "records.test");
    const { refused } = await throughGateway(listed({ ...server, url, address }));
    expect(refused).toMatchObject([{ reason: expect.stringContaining(`${address} is not allowed`) }]);
    // And again where it connects, should it ever get there.
    const place = { host: "records.test", address, port: server.port, secure: false };
    await expect(reach(place, signal)).rejects.toMatchObject({ code: "perimeter.refused" });
    expect(server.seen().connections).toBe(before);
  });

  // Nothing is sent there, not even by a control: the table in address.test.ts has one for each kind of address.
  test.each(["8.8.8.8", "169.254.169.254", "fe80::1", "100.64.0.1"])("%s", async (address) => {
    const url = "https://records.test/mcp";
    const { refused } = await throughGateway(listed({ url, address, certificate: "0".repeat(64) }));
    expect(refused).toMatchObject([{ reason: expect.stringContaining(`${address} is not allowed`) }]);
    const place = { host: "records.test", address, port: 443, secure: true };
    await expect(reach(place, signal)).rejects.toMatchObject({ code: "perimeter.refused" });
  });
});

test("11: proxies of the environment", async () => {
  const server = await start();
  const before = elsewhere.seen().connections;
  const proxy = new URL(elsewhere.url).origin;
  const env = {
    ...{ NODE_USE_ENV_PROXY: "1", HTTP_PROXY: proxy, HTTPS_PROXY: proxy, ALL_PROXY: proxy },
    ...{ http_proxy: proxy, https_proxy: proxy, NO_PROXY: "" },
  };
  const program = `import { get } from "node:http"; get(${JSON.stringify(server.url)}, (answer) => answer.resume());`;
  await once(spawn(process.execPath, ["--input-type=module", "--eval", program], { env, stdio: "ignore" }), "exit");
  expect([elsewhere.seen().connections - before, server.arrivals.length]).toEqual([1, 0]);
  const folder = await mkdtemp(join(tmpdir(), "indoors-gateway-proxy-"));
  const entry = fileURLToPath(new URL("main.ts", import.meta.url));
  const child = spawn(process.execPath, [entry, folder], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
    serialization: "json",
    env,
  });
  const gateway = gatewayClient(processChannel(child as MessagePeer));
  await gateway.configure([listed(server)]);
  expect(await (await gateway.session()).all()).toMatchObject({ text: "hello" });
  child.disconnect();
  await once(child, "exit");
  await rm(folder, { recursive: true });
  expect(elsewhere.seen().connections - before).toBe(1);
});

test("12: another certificate than the pinned one gets not a byte", async () => {
  const [mine, other] = [await makeCertificate(), await makeCertificate()];
  const server = await start({ certificate: other });
  const imposed = listed({ ...server, certificate: mine.fingerprint });
  // The control: a client that asks no questions.
  const [response] = await once(httpsRequest(server.url, { rejectUnauthorized: false }).end(), "response");
  response.resume();
  const before = server.seen().bytes;
  expect(before).toBeGreaterThan(0);
  const { failure, crossings } = await throughGateway(imposed);
  expect(failure).toMatchObject({ code: "perimeter.refused", message: expect.stringContaining("certificate") });
  expect(crossings).toMatchObject([{ what: "refused", bytesOut: 0, bytesIn: 0 }]);
  expect(server.seen()).toEqual({ connections: 2, bytes: before });
  expect((await throughGateway(listed(server))).failure).toBeNull();
});

test("13: https that is answered without TLS, and a pin for plain http", async () => {
  const server = await start();
  const url = server.url.replace("http:", "https:");
  const { failure } = await throughGateway(listed({ ...server, url, certificate: "0".repeat(64) }));
  expect(failure).toMatchObject({ code: "perimeter.unreachable" });
  expect(server.arrivals).toEqual([]);
  const unpinned = await throughGateway(listed({ ...server, url, certificate: null }));
  expect(unpinned.refused).toMatchObject([{ reason: expect.stringContaining("certificate") }]);
});

test("14: plain http over a cable", async () => {
  const { refused } = await throughGateway(
    listed({ url: "http://10.0.0.7/mcp", address: "10.0.0.7", certificate: null }),
  );
  expect(refused).toMatchObject([
    { reason: expect.stringContaining("Plain http is only for servers on this machine") },
  ]);
  const server = await start();
  expect((await throughGateway(listed(server))).failure).toBeNull();
});

test.each(["Host", "Content-Length", "Transfer-Encoding", "Mcp-Session-Id", "X-Forwarded-Host", "Connection"])(
  "15: a credential in the header %s, to be taken for another request",
  async (header) => {
    const server = await start();
    const { refused } = await throughGateway(listed(server, { credentialHeader: header }));
    expect(refused).toMatchObject([{ reason: expect.stringContaining("cannot carry a credential") }]);
    // The control: a plain client sends it.
    if (header !== "Host") return;
    const sent = httpRequest(server.url, { headers: { host: "another.test" } }).end();
    const [response] = await once(sent, "response");
    response.resume();
    expect(server.arrivals.at(-1)?.headers.host).toBe("another.test");
  },
);

test("16: Host and server name are the listed ones, whatever the address", async () => {
  const certificate = await makeCertificate();
  const server = await start({ certificate });
  const url = server.url.replace("127.0.0.1", "records.test");
  expect((await throughGateway(listed({ ...server, url }))).failure).toBeNull();
  const names = server.arrivals.map(({ headers, serverName }) => [headers.host, serverName]);
  expect(new Set(names.map(String))).toEqual(new Set([`records.test:${server.port},records.test`]));
  // An address in the URL that is not the one that would be dialled.
  const { refused } = await throughGateway(listed({ ...server, url: server.url.replace("127.0.0.1", "127.0.0.9") }));
  expect(refused).toMatchObject([{ reason: expect.stringContaining("Its URL says 127.0.0.9") }]);
});

test("17: an answer that names other places (Location, Alt-Svc, Refresh, Link, Set-Cookie) leads nowhere", async () => {
  const { host } = new URL(elsewhere.url);
  const server = await start({
    instead(_message, _request, response) {
      response.setHeader("location", elsewhere.url);
      response.setHeader("alt-svc", `h2="${host}", http/1.1="${host}"`);
      response.setHeader("refresh", `0; url=${elsewhere.url}`);
      response.setHeader("link", `<${elsewhere.url}>; rel=preload`);
      response.setHeader("set-cookie", "tracked=yes");
      return false;
    },
  });
  expect((await throughGateway(listed(server))).failure).toBeNull();
  expect(elsewhere.arrivals).toEqual([]);
  expect(server.arrivals.every(({ headers }) => headers.cookie === undefined)).toBe(true);
});
