import { type ChildProcess, spawn, spawnSync } from "node:child_process";
import { randomBytes } from "node:crypto";
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { makeCode } from "../mcp/gateway/enrolment-code.ts";
import { tryHostSeal } from "../main/host-seal.ts";
import { connect, serve } from "../shared/contract.ts";
import { gatewayCommand } from "../shared/gateway-command.ts";
import { gatewayContract, gatewayHostContract } from "../shared/gateway-contract.ts";
import { mcpContract } from "../shared/mcp-contract.ts";
import { muxChannel } from "../shared/mux-channel.ts";
import type { ConnectorEntry, Enrolment } from "../shared/perimeter.ts";
import { type MessagePeer, processChannel } from "../shared/process-channel.ts";
import { makeTwoNetworks, type TwoNetworks } from "./two-networks.ts";

// The appliance in one network, the machine with the private server in another that lets nothing in.
const made = await makeTwoNetworks();
if ("missing" in made) {
  if (process.env["INDOORS_REQUIRE_SANDBOX"] === "1") throw new Error(`no two networks can be made: ${made.missing}`);
  console.warn(`SKIPPED: the tunnel between two networks was not tested, none can be made here: ${made.missing}`);
}

const file = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const root = realpathSync(file("../../"));
const seal = tryHostSeal(join(root, "resources", "sandbox", "seal"));
const cli = file("../cli/main.ts");
const memoryServer = file("../../node_modules/@modelcontextprotocol/server-memory/dist/index.js");
const port = 7443;
const inboundPort = 9000;

describe.skipIf("missing" in made)("between two networks", () => {
  const networks = made as TwoNetworks;
  const children: ChildProcess[] = [];
  let folder: string;
  let gateway: Awaited<ReturnType<typeof startGateway>>;
  let connectors: ConnectorEntry[] = [];
  let enrolments: Enrolment[] = [];
  /** Whether this machine has nftables: without, that nothing listens is the proof. */
  let filtered = false;
  const state = () => join(folder, "connector");

  beforeAll(async () => {
    folder = mkdtempSync(join(tmpdir(), "tunnel-"));
    mkdirSync(join(folder, "perimeter"));
    filtered = refuseInbound();
    if (!filtered) console.warn("nftables is not here: that nothing listens is the only proof that nothing comes in.");
    gateway = await startGateway();
  });
  afterAll(() => {
    for (const child of children) child.kill("SIGKILL");
    networks.dispose();
    rmSync(folder, { recursive: true, force: true });
  });

  function start(command: readonly string[], args: readonly string[], ipc = false): ChildProcess {
    const [program = "", ...before] = command;
    const child = spawn(program, [...before, ...args], {
      stdio: ["ignore", "pipe", "pipe", ...(ipc ? (["ipc"] as const) : [])],
      env: { PATH: process.env["PATH"] ?? "", HOME: folder, MEMORY_FILE_PATH: join(folder, "memory.jsonl") },
    });
    children.push(child);
    return child;
  }

  const nft = (...words: readonly string[]) => {
    const [program, ...before] = networks.inB;
    return spawnSync(program, [...before, "nft", ...words], { encoding: "utf8" }).status === 0;
  };
  /** Only answers to what it has asked for itself come in. */
  function refuseInbound(): boolean {
    const rules =
      "add table inet wall; add chain inet wall input { type filter hook input priority 0; policy drop; }; " +
      "add rule inet wall input ct state established,related accept; add rule inet wall input iif lo accept";
    return nft(rules);
  }

  /** The real gateway, sealed as the appliance starts it, and what the host keeps for it. */
  async function startGateway() {
    const { program: started, args: words } = gatewayCommand({
      ...{ platform: process.platform, bwrapPath: seal.sealed ? seal.command : null },
      nodePath: realpathSync(process.execPath),
      entry: join(root, "src", "mcp", "gateway", "main.ts"),
      codeFolders: ["src", "node_modules", "package.json"].map((name) => join(root, name)),
      perimeterFolder: realpathSync(join(folder, "perimeter")),
    });
    const child = start([...networks.inA, started], words, true);
    const mux = muxChannel(processChannel(child as unknown as MessagePeer));
    const client = connect(mux.port(0), gatewayContract);
    serve(mux.port(0), gatewayHostContract, {
      enrolled({ name, certificate }) {
        enrolments = enrolments.filter((one) => one.name !== name);
        connectors = [...connectors, { name, certificate, enrolledAt: "2026-11-01T08:00:00Z", revokedAt: null }];
        // As the host does: written down first, and then pushed.
        void configure();
        return {};
      },
    });
    const there = new Set<string>();
    const crossed: string[] = [];
    client.on("connector", ({ name, connected }) => (connected ? there.add(name) : there.delete(name)));
    client.on("crossed", ({ what, server, ok }) => crossed.push(`${what} ${server} ${ok}`));
    const configure = () =>
      client.call("configure", {
        ...{ servers: [], connectors, enrolments },
        listener: { address: networks.addressA, port },
      });
    const { listening } = await configure();
    let sessions = 0;
    return {
      child,
      fingerprint: listening?.fingerprint ?? "",
      configure,
      there,
      crossed,
      /** A session with the connector's server, as the host has one. */
      async session(name: string) {
        const number = ++sessions;
        await client.call("session", { name, port: number });
        const session = connect(mux.port(number), mcpContract);
        await session.call("open", { clientVersion: "1", elicitation: false, sampling: false });
        const tools = (await session.call("tools", {})).tools.map((tool) => tool.name);
        const call = async (tool: string, args: Record<string, unknown>) =>
          (await session.call("call", { callId: tool, tool, arguments: args, timeoutMs: 20_000 })).text;
        return { tools, call };
      },
    };
  }

  async function code(name: string): Promise<string> {
    const secret = randomBytes(20).toString("hex");
    enrolments = [...enrolments, { name, secret, expiresAt: new Date(Date.now() + 60_000).toISOString() }];
    await gateway.configure();
    return makeCode({ address: networks.addressA, port, fingerprint: gateway.fingerprint, secret });
  }

  /** `indoors connector …` on the other side. */
  function connector(...words: readonly string[]) {
    const child = start([...networks.inB, process.execPath], [cli, "connector", ...words]);
    let output = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => (output += text));
    child.stderr?.setEncoding("utf8").on("data", (text: string) => (output += text));
    const ended = new Promise<number | null>((resolve) => child.once("close", resolve));
    return { child, ended, output: () => output };
  }
  const run = () =>
    connector("run", "--state", state(), "--env", "MEMORY_FILE_PATH", "--", process.execPath, memoryServer);
  const isThere = () => expect.poll(() => gateway.there.has("records"), { timeout: 20_000 }).toBe(true);
  const isGone = () => expect.poll(() => gateway.there.has("records"), { timeout: 20_000 }).toBe(false);

  /** One line of what a program of connector/testing says. */
  async function says(child: ChildProcess): Promise<string> {
    return await new Promise((resolve) =>
      child.stdout?.once("data", (text: Buffer) => resolve(text.toString().trim())),
    );
  }
  const program = (name: string) => file(`../mcp/connector/testing/${name}.ts`);
  const reachIn = () =>
    says(start([...networks.inA, process.execPath], [program("reach"), networks.addressB, String(inboundPort)]));
  const sockets = () => {
    const [command, ...before] = networks.inB;
    const { stdout } = spawnSync(command, [...before, "cat", "/proc/self/net/tcp", "/proc/self/net/tcp6"], {
      encoding: "utf8",
    });
    const rows = stdout.split("\n").map((line) => line.trim().split(/\s+/));
    return {
      // 0A: it listens. 01: it is connected.
      listening: rows.filter(([, , , status]) => status === "0A").length,
      peers: rows.filter(([, , , status]) => status === "01").map(([, , peer]) => peer),
    };
  };
  /** As the kernel writes it: the bytes of the address from the last to the first, and the port. */
  const asInProc = (address: string, at: number) => {
    const bytes = address.split(".").map((part) => Number(part).toString(16).padStart(2, "0"));
    return `${bytes.toReversed().join("")}:${at.toString(16).padStart(4, "0")}`.toUpperCase();
  };

  let running: ReturnType<typeof connector>;
  it("a machine that lets nothing in enrols and serves a real server", async () => {
    const typed = await code("records");
    const enrolled = connector("enrol", typed, "--state", state());
    expect(await enrolled.ended).toBe(0);
    expect(enrolled.output()).toContain("Enrolled as records");
    const again = connector("enrol", typed, "--state", join(folder, "other"));
    expect([await again.ended, again.output()]).toEqual([
      3,
      expect.stringContaining("does not take this enrolment code"),
    ]);

    running = run();
    await isThere();
    const session = await gateway.session("records");
    expect(session.tools).toContain("create_entities");
    const entity = { name: "Ann", entityType: "person", observations: ["works indoors"] };
    await session.call("create_entities", { entities: [entity] });
    expect(await session.call("read_graph", {})).toContain("works indoors");
    // It is this side's file: the server ran there.
    expect(readFileSync(join(folder, "memory.jsonl"), "utf8")).toContain("works indoors");
    expect(gateway.crossed).toContain("call records true");
  });

  it("it opens no port, and is connected to the appliance and nothing else", () => {
    expect(sockets()).toEqual({ listening: 0, peers: [asInProc(networks.addressA, port)] });
  });

  it("nothing comes in; with a listener and without the wall it would", async () => {
    expect(await reachIn()).toBe(filtered ? "no answer" : "ECONNREFUSED");
    const listener = start([...networks.inB, process.execPath], [program("listen"), String(inboundPort)]);
    expect(await says(listener)).toBe("listening");
    expect(sockets().listening).toBe(1);
    if (filtered) {
      expect(await reachIn()).toBe("no answer");
      expect(nft("flush", "ruleset")).toBe(true);
    }
    expect(await reachIn()).toBe("connected");
    if (filtered) expect(refuseInbound()).toBe(true);
    listener.kill("SIGKILL");
  });

  it("it comes back after kill -9, and so does the appliance", async () => {
    running.child.kill("SIGKILL");
    await isGone();
    running = run();
    await isThere();
    expect(await (await gateway.session("records")).call("read_graph", {})).toContain("works indoors");

    gateway.child.kill("SIGKILL");
    await expect.poll(() => running.output(), { timeout: 20_000 }).toContain("was lost");
    gateway = await startGateway();
    await isThere();
    expect(await (await gateway.session("records")).call("read_graph", {})).toContain("works indoors");
  });

  it("it ends in order when it is asked to", async () => {
    running.child.kill("SIGTERM");
    expect(await running.ended).toBe(0);
    expect(running.output()).toContain("Stopped.");
    await isGone();
    expect(sockets()).toEqual({ listening: 0, peers: [] });
  });

  it("revoked, it says so and ends with another code than 0", async () => {
    running = run();
    await isThere();
    connectors = connectors.map((one) => ({ ...one, revokedAt: "2026-11-01T09:00:00Z" }));
    await gateway.configure();
    expect(await running.ended).toBe(3);
    expect(running.output()).toContain("it was revoked");
    expect(await run().ended).toBe(3);
  });
});
