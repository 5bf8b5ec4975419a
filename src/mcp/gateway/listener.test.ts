import { once } from "node:events";
import { mkdtemp, rm } from "node:fs/promises";
import { type AddressInfo, connect as connectTcp, createServer as createTcpServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { connect as connectTls, createServer as createTlsServer, type ConnectionOptions } from "node:tls";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { enrolConnector } from "../connector/enrol-connector.ts";
import { openRig } from "../connector/testing/tunnel-rig.ts";
import { judgeAddress } from "./address.ts";
import { type Identity, newIdentity } from "./certificate.ts";
import { makeCode, readCode } from "./enrolment-code.ts";
import { enrolmentProof } from "./enrolment-proof.ts";
import { openListener } from "./listener.ts";

let rig: Awaited<ReturnType<typeof openRig>>;
let folder: string;
const signal = new AbortController().signal;
const greeting = { port: 0, value: { id: 0, method: "hello", params: { version: 1, program: "1" } } };
beforeEach(async () => {
  rig = await openRig({ identifyMs: 600 });
  folder = await mkdtemp(join(tmpdir(), "listener-"));
});
afterEach(async () => {
  await rig[Symbol.asyncDispose]();
  await rm(folder, { recursive: true });
});

/** Connects with a certificate, writes one line, and gives all that comes until the end. */
async function say(
  line: unknown,
  identity?: Identity,
  options: ConnectionOptions & { readonly localAddress?: string } = {},
): Promise<string> {
  const certificate = identity === undefined ? {} : { key: identity.key, cert: identity.certificate };
  const socket = connectTls({
    ...{ host: "127.0.0.1", port: rig.port, rejectUnauthorized: false, ...certificate },
    ...options,
  });
  socket.on("error", () => {});
  socket.once("secureConnect", () => socket.write(typeof line === "string" ? line : `${JSON.stringify(line)}\n`));
  let heard = "";
  socket.setEncoding("utf8").on("data", (text: string) => {
    heard += text;
    if (text.includes('"ok":true')) socket.destroy();
  });
  await closed(socket);
  return heard;
}

/** Unlike `once`, an error before it is no failure. */
const closed = (socket: Socket) => new Promise((resolve) => socket.once("close", resolve));

const refused = '{"refused":true}\n';
const proofOf = (code: string, identity: Identity, secret = readCode(code).secret) => ({
  enrol: enrolmentProof(secret, identity.fingerprint, rig.identity.fingerprint),
});

describe("an enrolment code", () => {
  it("is good once", async () => {
    const code = rig.code("records");
    expect(await rig.enrol(code)).toMatchObject({ name: "records" });
    await expect(rig.enrol(code)).rejects.toMatchObject({ code: "perimeter.refused", message: /does not take/ });
  });

  it("is good once, also for two at the same moment", async () => {
    const code = rig.code("records");
    const results = await Promise.allSettled([rig.enrol(code), rig.enrol(code), rig.enrol(code)]);
    expect(results.map(({ status }) => status).toSorted()).toEqual(["fulfilled", "rejected", "rejected"]);
  });

  it("is good until it expires", async () => {
    await expect(rig.enrol(rig.code("records", { expiresInMs: -1 }))).rejects.toThrow("does not take");
    await expect(rig.enrol(rig.code("tickets", { expiresInMs: 60_000 }))).resolves.toBeDefined();
  });

  it("is refused in the same words, whatever is wrong", async () => {
    const mine = await newIdentity();
    const used = rig.code("used");
    await rig.enrol(used);
    const answers = await Promise.all([
      say(proofOf(used, mine), mine),
      say(proofOf(rig.code("expired", { expiresInMs: -1 }), mine), mine),
      say(proofOf(rig.code("unknown"), mine, "ab".repeat(20)), mine),
      say({ enrol: { ...proofOf(rig.code("wrong"), mine).enrol, proof: "00".repeat(32) } }, mine),
      say({ enrol: "nonsense" }, mine),
      say("not even JSON\n", mine),
      say(greeting, mine),
    ]);
    expect(new Set(answers.filter((_answer, at) => at !== 5))).toEqual(new Set([refused]));
    expect(answers[5]).toBe("");
  });

  it("is dead after five wrong tries, and lives after four", async () => {
    for (const [tries, lives] of [
      [4, true],
      [5, false],
    ] as const) {
      const code = rig.code(`after-${tries}`);
      const mine = await newIdentity();
      const { id } = proofOf(code, mine).enrol;
      for (let turn = 0; turn < tries; turn++) await say({ enrol: { id, proof: "00".repeat(32) } }, mine);
      expect((await say(proofOf(code, mine), mine)).includes("enrolled")).toBe(lives);
    }
  });

  it("is not spoiled by those who do not have it", async () => {
    const code = rig.code("records");
    const mine = await newIdentity();
    for (let turn = 0; turn < 8; turn++) await say(proofOf(code, mine, turn.toString(16).repeat(40)), mine);
    expect(await say(proofOf(code, mine), mine)).toContain("enrolled");
  });

  it("proves nothing for another certificate, or to another appliance", async () => {
    const [mine, other] = [await newIdentity(), await newIdentity()];
    const code = rig.code("records");
    expect(await say(proofOf(code, mine), other)).toBe(refused);
    const { secret } = readCode(code);
    expect(await say({ enrol: enrolmentProof(secret, mine.fingerprint, other.fingerprint) }, mine)).toBe(refused);
    expect(await say(proofOf(code, mine), mine)).toContain("enrolled");
  });

  it("is refused when it cannot be written down", async () => {
    const code = rig.code("records");
    rig.forget("records");
    await expect(rig.enrol(code)).rejects.toThrow("does not take");
    expect(rig.crossings.at(-1)).toMatchObject({ what: "refused", ok: false });
  });
});

describe("a machine in the middle", () => {
  let middle: { port: number; identity: Identity; bytes: () => string; close: () => void };
  beforeEach(async () => {
    const identity = await newIdentity();
    let heard = "";
    const server = createTlsServer(
      { key: identity.key, cert: identity.certificate, requestCert: true, rejectUnauthorized: false },
      (socket) => {
        socket.on("error", () => {});
        socket.on("data", (piece) => {
          heard += piece.toString();
          socket.end(`${JSON.stringify({ enrolled: { name: "trapped" } })}\n`);
        });
      },
    );
    server.listen(0, "127.0.0.1");
    await once(server, "listening");
    const { port } = server.address() as AddressInfo;
    middle = { port, identity, bytes: () => heard, close: () => server.close() };
  });
  afterEach(() => middle.close());

  it("with a certificate of its own gets not a byte", async () => {
    const code = rig.code("records", { at: middle.port });
    await expect(enrolConnector(code, folder, signal)).rejects.toMatchObject({
      code: "perimeter.refused",
      message: /Another machine answers/,
    });
    expect(middle.bytes()).toBe("");
    // The control: with the pin of this one, which is none, everything is sent to it and believed.
    const fallen = rig.code("other", { at: middle.port, fingerprint: middle.identity.fingerprint });
    expect(await enrolConnector(fallen, folder, signal)).toMatchObject({ name: "trapped" });
    expect(middle.bytes()).toContain("proof");
  });

  it("gets nothing of a connector that runs either, which goes on trying", async () => {
    const state = await rig.enrol(rig.code("records"));
    const { said } = rig.run({ ...state, port: middle.port });
    await expect.poll(() => said.length).toBeGreaterThan(2);
    expect(said.join()).toContain("Another machine answers");
    expect(middle.bytes()).toBe("");
  });

  it("is not dialled at a public address", async () => {
    const { secret } = readCode(rig.code("records"));
    const code = makeCode({ address: "93.184.216.34", port: 443, fingerprint: rig.identity.fingerprint, secret });
    await expect(enrolConnector(code, folder, signal)).rejects.toMatchObject({
      code: "perimeter.refused",
      message: /private addresses only/,
    });
  });
});

describe("who is not enrolled", () => {
  it("hears one constant line; who is enrolled is answered", async () => {
    const state = await rig.enrol(rig.code("records"));
    expect(await say(greeting, await newIdentity())).toBe(refused);
    expect(await say(greeting, state.identity)).toContain('"name":"records"');
    rig.revoke("records");
    expect(await say(greeting, state.identity)).toBe(refused);
  });

  it("hears nothing without a certificate, or with an older TLS", async () => {
    const { identity } = await rig.enrol(rig.code("records"));
    expect(await say(greeting)).toBe("");
    expect(await say(greeting, identity, { maxVersion: "TLSv1.2" })).toBe("");
  });

  it("cannot go on with an older session, though it is its own", async () => {
    const { identity } = await rig.enrol(rig.code("records"));
    const options = { host: "127.0.0.1", port: rig.port, rejectUnauthorized: false };
    const first = connectTls({ ...options, key: identity.key, cert: identity.certificate });
    first.on("error", () => {});
    const [session] = (await once(first, "session")) as [Buffer];
    first.destroy();
    // The control: the ticket is good, and the same connection without it is answered.
    const second = connectTls({ ...options, key: identity.key, cert: identity.certificate, session });
    second.on("error", () => {});
    await once(second, "secureConnect");
    expect(second.isSessionReused()).toBe(true);
    await closed(second.resume());
    expect(await say(greeting, identity, { session })).toBe("");
    expect(await say(greeting, identity)).toContain('"ok":true');
  });

  it("is not connected while it speaks another version, and is told why", async () => {
    const { identity } = await rig.enrol(rig.code("records"));
    const older = { port: 0, value: { id: 0, method: "hello", params: { version: 2, program: "1" } } };
    expect(await say(older, identity)).toContain("Use the same version of Indoors on both machines");
    expect(rig.listener.connected()).toEqual([]);
  });

  it("cannot use the certificate of a connector without its key", async () => {
    const [{ identity }, mine] = [await rig.enrol(rig.code("records")), await newIdentity()];
    expect(() => connectTls({ port: rig.port, key: mine.key, cert: identity.certificate })).toThrow(
      /key values? mismatch/,
    );
  });

  it("is cut off after 1 KiB without a line, and told nothing", async () => {
    const mine = await newIdentity();
    expect(await say("x".repeat(1025), mine)).toBe("");
    // The control: just below it waits for the rest, and answers.
    expect(await say(`${JSON.stringify({ enrol: "x".repeat(1000) })}\n`, mine)).toBe(refused);
  });

  it("is cut off when it says nothing for too long, enrolled or not", async () => {
    const { identity } = await rig.enrol(rig.code("records"));
    for (const who of [identity, await newIdentity()]) expect(await say("", who)).toBe("");
    const silent = connectTcp(rig.port, "127.0.0.1").on("error", () => {});
    await closed(silent);
  });

  it("is told of to the audit log once in a while, not each time", async () => {
    const mine = await newIdentity();
    for (let turn = 0; turn < 5; turn++) await say(greeting, mine);
    const told = rig.crossings.filter(({ what }) => what === "refused");
    expect(told.map(({ detail, certificate }) => [detail, certificate])).toEqual([
      ["the certificate is unknown", mine.fingerprint],
    ]);
  });
});

describe("a flood of connections", () => {
  it("takes its own places, and nobody else's", async () => {
    const state = await rig.enrol(rig.code("records"));
    const sockets: Socket[] = [];
    let gone = 0;
    for (let turn = 0; turn < 60; turn++) {
      const socket = connectTcp({ host: "127.0.0.1", port: rig.port, localAddress: "127.0.0.9" });
      socket.on("error", () => {});
      socket.on("close", () => (gone += 1));
      sockets.push(socket);
    }
    await expect.poll(() => gone).toBe(52);
    // Another source comes in meanwhile, and when the silent ones were cut off, so does this one.
    expect(await say(greeting, state.identity)).toContain('"ok":true');
    await expect.poll(() => gone).toBe(60);
    expect(await say(greeting, state.identity, { localAddress: "127.0.0.9" })).toContain('"ok":true');
  });

  it("of garbage leaves no place taken", async () => {
    for (let turn = 0; turn < 30; turn++) {
      const socket = connectTcp(rig.port, "127.0.0.1").on("error", () => {});
      socket.end("GET / HTTP/1.1\r\n\r\n");
      socket.resume();
      await closed(socket);
    }
    const state = await rig.enrol(rig.code("records"));
    expect(await say(greeting, state.identity)).toContain('"ok":true');
  });
});

describe("where it may be", () => {
  const open = (address: string, port = 0) =>
    openListener({
      ...{ at: { address, port }, identity: rig.identity, connectors: [], enrolments: [], judge: judgeAddress },
      onEnrolled: () => Promise.resolve(),
      onConnector: () => {},
      onCrossed: () => {},
    });

  it.each([
    ...["0.0.0.0", "::", "93.184.216.34", "169.254.169.254", "224.0.0.1", "localhost", ""],
    // Private, and not this machine's.
    ...["10.255.254.253", "fd00:dead::1"],
  ])("is not %j", async (address) => {
    await expect(open(address)).rejects.toMatchObject({ code: "perimeter.refused" });
  });

  it("is not a port that is taken", async () => {
    const other = createTcpServer().listen(0, "127.0.0.1");
    await once(other, "listening");
    const { port } = other.address() as AddressInfo;
    await expect(open("127.0.0.1", port)).rejects.toMatchObject({ message: /taken by another program/ });
    other.close();
    await once(other, "close");
    await (await open("127.0.0.1", port)).dispose();
  });

  it("hears only sources that are private", async () => {
    const seen: string[] = [];
    const judge = (address: string) => ({ address, allowed: seen.push(address) === 1, reason: "a public address" });
    const crossings: unknown[] = [];
    const listener = await openListener({
      ...{ at: { address: "127.0.0.1", port: 0 }, identity: rig.identity, connectors: [], enrolments: [], judge },
      onEnrolled: () => Promise.resolve(),
      onConnector: () => {},
      onCrossed: (crossing) => crossings.push(crossing),
    });
    const socket = connectTls({ host: "127.0.0.1", port: listener.port });
    socket.on("error", () => {});
    await closed(socket);
    expect(crossings.at(-1)).toMatchObject({ what: "refused", detail: "the source is not private" });
    await listener.dispose();
  });
});
