import { existsSync, readdirSync, readFileSync } from "node:fs";
import { stat } from "node:fs/promises";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { startMcpServer } from "../gateway/testing/mcp-server.ts";
import { allowedEnvironment, commandServer } from "./command-server.ts";
import { readState } from "./connector-state.ts";
import { loopbackServer, readLoopbackUrl } from "./loopback-server.ts";
import { openRig, smallServer, startRelay } from "./testing/tunnel-rig.ts";

let rig: Awaited<ReturnType<typeof openRig>>;
beforeEach(async () => {
  rig = await openRig({ heartbeatMs: 100 });
});
afterEach(async () => await rig[Symbol.asyncDispose]());

const connected = (name = "records") => rig.listener.connected().some((one) => one.name === name);
const enrolled = async (name = "records") => await rig.enrol(rig.code(name));
const until = (isTrue: () => boolean) => expect.poll(() => isTrue(), { timeout: 10_000 }).toBe(true);
const isAlive = (pid: number) => {
  if (!existsSync(`/proc/${pid}`)) return false;
  return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
};

/** Enrols, runs and waits until it is there. */
async function start(changes: Parameters<typeof rig.run>[1] = {}) {
  const state = await enrolled();
  const runner = rig.run(state, { heartbeatMs: 100, ...changes });
  await until(connected);
  return { state, ...runner };
}

describe("an enrolled connector", () => {
  it("keeps its state for its owner alone, and only when it was enrolled", async () => {
    const state = await enrolled();
    const [folder = ""] = readdirSync(rig.folder).filter((name) => name.startsWith("connector-"));
    const file = join(rig.folder, folder, "connector.json");
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(rig.folder, folder))).toEqual(["connector.json"]);
    expect(await readState(join(rig.folder, folder))).toEqual(state);
    expect(state).toMatchObject({ name: "records", appliance: rig.identity.fingerprint, port: rig.port });
    await expect(readState(rig.folder)).rejects.toMatchObject({ code: "not-found" });
  });

  it("serves its server, each session apart", async () => {
    const { said, stop } = await start();
    const [one, other] = [await rig.client(), await rig.client()];
    expect(await one.call("echo", { words: "über" })).toBe("über");
    expect(await one.call("me")).not.toBe(await other.call("me"));
    await one.mcp.close();
    expect(await other.call("echo", { words: "still here" })).toBe("still here");
    await stop();
    await other.closed;
    expect(other.errors.join()).toContain("The connector records is gone");
    await until(() => !connected());
    expect(said).toEqual([`Connected to 127.0.0.1:${rig.port} as records.`, "Stopped."]);
    expect(rig.crossings.map(({ what, server }) => `${what} ${server}`)).toEqual([
      "listen listener",
      "enrolled records",
      "connect records",
      "disconnect records",
    ]);
    expect(rig.crossings.at(-1)?.bytesIn).toBeGreaterThan(100);
  });

  it("is told apart by its certificate, not by what it says", async () => {
    const [records, tickets] = [await enrolled("records"), await enrolled("tickets")];
    rig.run({ ...records, name: "tickets" });
    await until(() => connected("records"));
    expect(connected("tickets")).toBe(false);
    rig.run(tickets);
    await until(() => connected("tickets"));
  });

  it("is replaced by a newer connection of its own", async () => {
    const { state, said } = await start();
    const before = await rig.client();
    rig.run(state, { waitMs: () => 60_000 });
    await before.closed;
    expect(before.errors.join()).toContain("connected anew");
    await until(() => said.some((line) => line.includes("was lost")));
    expect(rig.listener.connected()).toHaveLength(1);
  });

  it("comes back when the listener does", async () => {
    const { said } = await start();
    await rig.off();
    await until(() => said.some((line) => line.includes("ECONNREFUSED")));
    await rig.on();
    await until(connected);
    expect(await (await rig.client()).call("echo", { words: "again" })).toBe("again");
  });

  it("comes back when nothing passes any more and nobody says so", async () => {
    const relay = await startRelay(rig.port);
    const state = await enrolled();
    const { said } = rig.run({ ...state, port: relay.port }, { heartbeatMs: 100 });
    await until(connected);
    relay.freeze();
    await until(() => said.some((line) => line.includes("gave no sign of life")));
    await until(() => !connected());
    expect(rig.crossings.at(-1)?.detail).toBe("it gave no sign of life");
    relay.thaw();
    await until(connected);
    relay.close();
  });

  it("stays while it is quiet", async () => {
    await start();
    await new Promise((resolve) => setTimeout(resolve, 1000));
    expect(rig.states.filter((state) => !state.connected)).toEqual([]);
    expect(connected()).toBe(true);
  });

  it("that is revoked is cut off at once, says so and stops", async () => {
    const { state, ended } = await start();
    const client = await rig.client();
    rig.revoke("records");
    expect(connected()).toBe(false);
    await client.closed;
    await expect(ended).rejects.toMatchObject({ code: "perimeter.refused", message: /revoked/ });
    // And it does not come in again.
    await expect(rig.run(state).ended).rejects.toMatchObject({ code: "perimeter.refused" });
    expect(rig.crossings.at(-1)).toMatchObject({ what: "refused", detail: "records was revoked" });
    expect(() => rig.listener.session("records")).toThrow("not connected");
  });
});

describe("a stdio server", () => {
  it("gets the environment that was listed, and what was named", async () => {
    process.env["TUNNEL_SECRET"] = "hidden";
    process.env["TUNNEL_NAMED"] = "shown";
    try {
      await start({ openLocal: smallServer(allowedEnvironment(process.env, ["TUNNEL_NAMED"])) });
      const environment = await (await rig.client()).call("environment");
      expect(environment).toContain("TUNNEL_NAMED");
      expect(environment).toContain("PATH");
      expect(environment).not.toContain("TUNNEL_SECRET");
      // The control: all of it was there to be passed on.
      expect(JSON.stringify(process.env)).toContain("TUNNEL_SECRET");
    } finally {
      delete process.env["TUNNEL_SECRET"];
      delete process.env["TUNNEL_NAMED"];
    }
  });

  it("ends with its session, and what it started too", async () => {
    await start();
    const client = await rig.client();
    const pids = [Number(await client.call("me")), Number(await client.call("child"))];
    expect(pids.map(isAlive)).toEqual([true, true]);
    await client.mcp.close();
    await until(() => pids.every((pid) => !isAlive(pid)));
    expect(connected()).toBe(true);
  });

  it("ends when the wire does", async () => {
    await start();
    const pid = Number(await (await rig.client()).call("me"));
    await rig.off();
    await until(() => !isAlive(pid));
  });

  it("that dies ends its session with the reason, and no other", async () => {
    const { said } = await start();
    const [one, other] = [await rig.client(), await rig.client()];
    await expect(one.call("die")).rejects.toThrow("closed");
    await one.closed;
    expect(one.errors).toEqual(["The server ended (exit code 7)."]);
    expect(said.join()).toContain("A session ended. The server ended (exit code 7).");
    expect(await other.call("echo", { words: "here" })).toBe("here");
  });

  it("that does not start says why on the appliance", async () => {
    const openLocal = commandServer({ command: "/no/such/server", args: [], env: {}, say: () => {} });
    await start({ openLocal });
    await expect(rig.client()).rejects.toThrow("closed");
    expect(connected()).toBe(true);
  });

  it("whose line is too long ends its session; one of nearly that length passes", async () => {
    await start();
    const client = await rig.client();
    expect(await client.call("long-line", { bytes: 7_000_000 })).toHaveLength(7_000_000);
    await expect(client.call("long-line", { bytes: 8_500_000 })).rejects.toThrow("closed");
    expect(client.errors.join()).toContain("longer than");
    expect(await (await rig.client()).call("echo", { words: "here" })).toBe("here");
  });

  it("that floods is read no faster than is bearable, and the wire lives on", async () => {
    await using calm = await openRig();
    calm.run(await calm.enrol(calm.code("records")));
    await until(() => calm.listener.connected().length > 0);
    const [flooding, other] = [await calm.client(), await calm.client()];
    void flooding.call("flood").catch(() => {});
    await flooding.closed;
    expect(flooding.errors.join()).toContain("more than the tunnel carries");
    expect(await other.call("echo", { words: "here" })).toBe("here");
  });
});

describe("a server on the loopback", () => {
  it("is served over HTTP", async () => {
    const server = await startMcpServer({ certificate: null });
    await start({ openLocal: loopbackServer(readLoopbackUrl(server.url)) });
    const client = await rig.client();
    expect(await client.call("echo", { text: "through both" })).toBe("through both");
    const called = server.arrivals.findLast(({ asked }) => asked === "tools/call");
    expect(called?.headers["mcp-protocol-version"]).toMatch(/^20/);
    await client.mcp.close();
    await until(() => server.arrivals.some(({ method }) => method === "DELETE"));
    await server.close();
  });

  it("that is not there ends the session with the reason", async () => {
    await start({ openLocal: loopbackServer(readLoopbackUrl("http://127.0.0.1:9/mcp")) });
    await expect(rig.client()).rejects.toThrow("closed");
    expect(connected()).toBe(true);
  });

  it("that redirects is not followed", async () => {
    const elsewhere = await startMcpServer({ certificate: null });
    const server = await startMcpServer({
      certificate: null,
      instead: (_message, _request, response) => {
        response.writeHead(307, { location: elsewhere.url }).end();
        return true;
      },
    });
    await start({ openLocal: loopbackServer(readLoopbackUrl(server.url)) });
    await expect(rig.client()).rejects.toThrow("closed");
    expect(elsewhere.arrivals).toEqual([]);
    expect(server.arrivals).not.toEqual([]);
    await server.close();
    await elsewhere.close();
  });

  it.each(["http://127.0.0.1:3000/mcp", "http://127.8.8.8/", "http://[::1]:3000/mcp"])("may be %s", (url) => {
    expect(readLoopbackUrl(url).certificate).toBe(null);
  });

  it.each([
    ...["http://10.0.0.7:3000/mcp", "http://localhost:3000/mcp", "https://127.0.0.1/", "ws://127.0.0.1/", "", "x"],
    ...["http://user@127.0.0.1/", "http://127.0.0.1.example.org/", "http://[::ffff:7f00:1]/", "http://0.0.0.0/"],
  ])("may not be %j", (url) => {
    expect(() => readLoopbackUrl(url)).toThrow(expect.objectContaining({ code: "perimeter.refused" }));
  });
});
