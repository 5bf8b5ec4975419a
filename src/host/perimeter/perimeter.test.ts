import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it, onTestFinished } from "vitest";
import { connect, type Implementation, serve } from "../../shared/contract.ts";
import type { gatewayContract } from "../../shared/gateway-contract.ts";
import { hostContract } from "../../shared/host-contract.ts";
import { mcpContract } from "../../shared/mcp-contract.ts";
import { memoryChannelPair } from "../../shared/memory-channel.ts";
import { emptyPerimeter } from "../../shared/perimeter.ts";
import { MemoryAudit } from "../testing/memory-audit.ts";
import { connectorMethods } from "./connector-methods.ts";
import { Perimeter } from "./perimeter.ts";
import { perimeterMethods } from "./perimeter-methods.ts";
import { openRemoteSession } from "./remote-session.ts";
import { FakeGateway } from "./testing/fake-gateway.ts";

const certificate = "c".repeat(64);
const records = {
  ...{ name: "records", url: "https://records.lan:8443/mcp", address: "10.0.0.7", certificate },
  ...{ credential: { header: "Authorization", secret: "Bearer s3cret-s3cret" }, budget: null },
};

function open({
  answers = {},
  file,
}: { answers?: Partial<Implementation<typeof gatewayContract>>; file?: string } = {}) {
  const folder = mkdtempSync(join(tmpdir(), "indoors-perimeter-"));
  if (file !== undefined) writeFileSync(join(folder, "perimeter.json"), file);
  const gateway = new FakeGateway(answers);
  const audit = new MemoryAudit();
  const notices: string[] = [];
  const known = new Map<string, "bundle" | "perimeter" | "connector">([["notes", "bundle"]]);
  const perimeter = new Perimeter({
    ...{ dataFolder: folder, place: gateway, audit, onChanged: () => {}, onLog: () => {}, watchMs: 20 },
    onNotice: (text) => notices.push(text),
    servers: {
      list: () => [...known].map(([name, kind]) => ({ name, kind })),
      addRemote: ({ name, kind }) => void known.set(name, kind),
      removeRemote: (name) => void known.delete(name),
    },
  });
  const [here, there] = memoryChannelPair();
  const methods = { ...perimeterMethods(perimeter, audit, () => {}), ...connectorMethods(perimeter, () => {}) };
  serve(there, hostContract, methods as Implementation<typeof hostContract>);
  onTestFinished(async () => {
    await perimeter.dispose();
    rmSync(folder, { recursive: true });
  });
  const path = join(folder, "perimeter.json");
  return { perimeter, gateway, audit, notices, known, path, host: connect(here, hostContract) };
}

describe("the gateway", () => {
  it("is absent while nothing is listed, starts with the first entry and ends with the last", async () => {
    const { perimeter, gateway, host } = open();
    await perimeter.start();
    expect([gateway.starts, (await host.call("perimeter.get", {})).gateway]).toEqual([0, "absent"]);
    expect(await host.call("perimeter.add", records)).toMatchObject({ gateway: "running" });
    expect(gateway.starts).toBe(1);
    expect(gateway.configured.at(-1)).toMatchObject({
      servers: [{ name: "records", credentialHeader: "Authorization" }],
    });
    await host.call("perimeter.remove", { name: "records" });
    await expect.poll(() => gateway.now).toBeUndefined();
    expect((await host.call("perimeter.get", {})).gateway).toBe("absent");
    expect(gateway.starts).toBe(1);
  });

  it("is started again when it dies, with the list, and later each time", async () => {
    const { perimeter, gateway, host } = open();
    await perimeter.start();
    await host.call("connectors.listen", { at: { address: "10.0.0.2", port: 7443 } });
    gateway.failing = 1;
    gateway.now?.end();
    const failed = await host.call("perimeter.get", {});
    expect(failed).toMatchObject({ gateway: "failed", gatewayFault: expect.stringContaining("started again") });
    await expect.poll(() => gateway.starts, { timeout: 5000 }).toBe(3);
    await expect.poll(async () => (await host.call("perimeter.get", {})).gateway).toBe("running");
    expect(gateway.configured.at(-1)?.listener).toEqual({ address: "10.0.0.2", port: 7443 });
  });

  it("starts for who only looks at an address, and can be told nothing that is not listed", async () => {
    const { gateway, host } = open();
    await host.call("perimeter.examine", { url: records.url });
    expect(gateway.configured.map(({ servers, listener }) => [servers, listener])).toEqual([[[], null]]);
  });

  it("is told a list that somebody changed by hand, with a row; a broken file closes all", async () => {
    const { perimeter, gateway, audit, notices, path } = open();
    await perimeter.start();
    expect(audit.rows).toEqual([]);
    writeFileSync(path, JSON.stringify({ ...emptyPerimeter, listener: { address: "10.0.0.2", port: 7443 } }));
    await expect.poll(() => gateway.configured.at(-1)?.listener?.port).toBe(7443);
    expect(audit.rows).toMatchObject([
      { phase: "event", action: "perimeter.change", facts: { change: "read", listener: "10.0.0.2:7443" } },
    ]);
    writeFileSync(path, "{");
    await expect.poll(() => gateway.now).toBeUndefined();
    expect(notices.at(-1)).toContain("Line 1");
    expect(audit.rows.at(-1)).toMatchObject({ facts: { change: "read", open: false } });
  });

  it("does not open what the log cannot record", async () => {
    const listening = JSON.stringify({ ...emptyPerimeter, listener: { address: "10.0.0.2", port: 7443 } });
    const { perimeter, gateway, audit, host } = open({ file: listening });
    audit.failAt = 0;
    await perimeter.start();
    expect(gateway.starts).toBe(0);
    await expect(host.call("perimeter.add", records)).rejects.toMatchObject({ code: "audit.unwritable" });
    expect((await host.call("perimeter.get", {})).servers).toEqual([]);
    // The control: with a log it is opened.
    audit.failAt = Infinity;
    await perimeter.refresh();
    expect(gateway.starts).toBe(1);
  });
});

describe("a private server", () => {
  it("is listed exactly as it was seen, with its rows, and its secret goes to the gateway alone", async () => {
    const { gateway, audit, known, path, host } = open();
    const view = await host.call("perimeter.add", records);
    expect(view.servers).toMatchObject([{ name: "records", hasCredential: true, callsToday: 3, bytesToday: 1000 }]);
    expect(known.get("records")).toBe("perimeter");
    expect(gateway.secrets.get("records")).toBe("Bearer s3cret-s3cret");
    expect(audit.story).toEqual([
      ...["intent perimeter.cross", "outcome perimeter.cross ok"],
      ...["intent perimeter.change", "outcome perimeter.change ok"],
    ]);
    expect(audit.rows[2]?.facts).toMatchObject({ change: "add", address: "10.0.0.7", certificate });
    expect(JSON.stringify([audit.rows, view, readFileSync(path, "utf8"), gateway.configured])).not.toContain("s3cret");
    await host.call("perimeter.remove", { name: "records" });
    expect([gateway.secrets.size, known.has("records"), existsSync(path)]).toEqual([0, false, true]);
    expect(audit.rows.at(-2)?.facts).toMatchObject({ change: "remove" });
  });

  it.each([
    ["another address than it has", { address: "10.0.0.8" }, "perimeter.refused", "10.0.0.7"],
    ["another certificate", { certificate: "d".repeat(64) }, "perimeter.refused", certificate],
    ["no certificate", { certificate: null }, "perimeter.refused", certificate],
    ["a taken name", { name: "notes" }, "input.invalid", "already"],
    ["a header that steers", { credential: { header: "Host", secret: "x" } }, "input.invalid", "Host"],
    ["a header that is none", { credential: { header: "A: b\r\nC", secret: "x" } }, "input.invalid", "header"],
  ])("is not listed with %s", async (_, change, code, words) => {
    const { gateway, path, host } = open();
    const refused = { code, message: expect.stringContaining(words) };
    await expect(host.call("perimeter.add", { ...records, ...change })).rejects.toMatchObject(refused);
    expect([existsSync(path), gateway.secrets.size]).toEqual([false, 0]);
  });

  it("is taken back when the gateway refuses it", async () => {
    const { gateway, audit, known, host } = open();
    gateway.refuses.set("records", "10.0.0.7 is public today.");
    await expect(host.call("perimeter.add", records)).rejects.toMatchObject({
      message: expect.stringContaining("public today"),
    });
    const { servers } = await host.call("perimeter.get", {});
    expect([servers, gateway.secrets.size, known.has("records")]).toEqual([[], 0, false]);
    expect(audit.story.at(-1)).toBe("outcome perimeter.change failed");
    expect(gateway.configured.at(-1)?.servers).toEqual([]);
  });

  it("can be taken off the list when the gateway does not start", async () => {
    const { perimeter, gateway, host } = open();
    await perimeter.start();
    await host.call("perimeter.add", records);
    gateway.failing = Infinity;
    gateway.now?.end();
    expect((await host.call("perimeter.remove", { name: "records" })).servers).toEqual([]);
  });
});

describe("a connector", () => {
  const at = { address: "10.0.0.2", port: 7443 };

  it("gets a code once something listens, enrols once, and can be revoked for good", async () => {
    const { gateway, audit, known, host } = open();
    await expect(host.call("connectors.enrol", { name: "files" })).rejects.toMatchObject({ code: "input.invalid" });
    await host.call("connectors.listen", { at });
    const { code, command } = await host.call("connectors.enrol", { name: "files" });
    expect(command).toBe(`indoors connector enrol ${code}`);
    expect(code).toMatch(/^INDOORS-/);
    const enrol = () => gateway.now?.host.call("enrolled", { name: "files", certificate });
    await enrol();
    expect(known.get("files")).toBe("connector");
    expect(await host.call("perimeter.get", {})).toMatchObject({
      enrolments: [],
      connectors: [{ name: "files", connected: false }],
    });
    expect(gateway.configured.at(-1)).toMatchObject({ enrolments: [], connectors: [{ name: "files", certificate }] });
    await expect(enrol()).rejects.toMatchObject({ code: "perimeter.refused" });

    gateway.now?.server.emit("connector", { name: "files", connected: true, address: "10.0.0.9" });
    expect((await host.call("perimeter.get", {})).connectors).toMatchObject([{ connected: true, address: "10.0.0.9" }]);

    await host.call("connectors.revoke", { name: "files" });
    expect(gateway.configured.at(-1)?.connectors).toMatchObject([{ revokedAt: expect.any(String) }]);
    expect([...known.keys()]).toEqual(["notes"]);
    await expect(host.call("connectors.enrol", { name: "files" })).rejects.toMatchObject({
      message: expect.stringContaining("revoked"),
    });
    expect(
      audit.rows.filter(({ phase }) => phase === "intent").map(({ action, facts }) => [action, facts["step"]]),
    ).toEqual([
      ["perimeter.change", undefined],
      ["connector.enrol", "code"],
      ["connector.enrol", "enrolled"],
      // The second use of the code.
      ["connector.enrol", "enrolled"],
      ["connector.revoke", undefined],
    ]);
  });

  it("is not enrolled with a code that is out of date or was taken back, nor with a key that is another's", async () => {
    const { gateway, path, host } = open();
    await host.call("connectors.listen", { at });
    const enrol = (name: string) => gateway.now?.host.call("enrolled", { name, certificate });
    for (const name of ["late", "gone", "first", "second"]) await host.call("connectors.enrol", { name });
    await host.call("connectors.revoke", { name: "gone" });
    const list = JSON.parse(readFileSync(path, "utf8")) as { enrolments: { name: string; expiresAt: string }[] };
    for (const one of list.enrolments) if (one.name === "late") one.expiresAt = "2020-01-01T00:00:00.000Z";
    writeFileSync(path, JSON.stringify(list));
    for (const name of ["late", "gone"]) await expect(enrol(name)).rejects.toMatchObject({ code: "perimeter.refused" });
    await enrol("first");
    await expect(enrol("second")).rejects.toMatchObject({ message: expect.stringContaining("first's already") });
  });

  it.each(["8.8.8.8", "10.0.0.3", "0.0.0.0"])("cannot dial in at %s", async (address) => {
    const { path, host } = open();
    const listening = host.call("connectors.listen", { at: { address, port: 7443 } });
    await expect(listening).rejects.toMatchObject({ code: "perimeter.refused" });
    expect(existsSync(path)).toBe(false);
  });

  it("leaves nothing listening when the gateway cannot", async () => {
    const { gateway, host } = open();
    gateway.refuses.set("listener", "The port is taken.");
    await expect(host.call("connectors.listen", { at })).rejects.toMatchObject({
      message: expect.stringContaining("taken"),
    });
    expect((await host.call("perimeter.get", {})).listener).toBeNull();
  });
});

describe("a session", () => {
  const params = { clientVersion: "1", elicitation: false, sampling: false };
  const callbacks = { host: {} as never, onEvent: () => {}, onFault: () => {} };
  const signal = AbortSignal.timeout(10_000);

  it("goes through the gateway on a port of its own, and ends with it", async () => {
    const info = { name: "s", version: "1", protocolVersion: "1", instructions: null };
    const answers: Partial<Implementation<typeof gatewayContract>> = {
      session: ({ port }) => {
        const channel = gateway.now?.mux.port(port);
        if (channel !== undefined) {
          const capable = { ...info, tools: true, resources: false, prompts: false };
          serve(channel, mcpContract, { open: () => capable, tools: () => ({ tools: [] }) } as never);
        }
        return {};
      },
    };
    const { perimeter, gateway, host } = open({ answers });
    await host.call("perimeter.add", records);
    const session = await openRemoteSession(perimeter, "records", { ...params, ...callbacks, signal });
    expect(session.info.name).toBe("s");
    expect(await session.client.call("tools", {})).toEqual({ tools: [] });
    gateway.now?.end();
    expect(await session.ended).not.toBe("");
  });

  it("waits for a connector that has not dialled in yet", async () => {
    const { perimeter, gateway, host } = open();
    await host.call("connectors.listen", { at: { address: "10.0.0.2", port: 7443 } });
    await host.call("connectors.enrol", { name: "files" });
    await gateway.now?.host.call("enrolled", { name: "files", certificate });
    let come = false;
    const waiting = perimeter.untilConnected("files", 60_000, signal).then(() => (come = true));
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(come).toBe(false);
    gateway.now?.server.emit("connector", { name: "files", connected: true, address: "10.0.0.9" });
    await waiting;
  });
});
