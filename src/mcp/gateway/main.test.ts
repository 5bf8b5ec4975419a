import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, readFileSync } from "node:fs";
import { mkdir, mkdtemp, readdir, readlink, realpath, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type GatewayPlace, gatewayCommand } from "../../shared/gateway-command.ts";
import { type MessagePeer, processChannel } from "../../shared/process-channel.ts";
import { makeCertificate } from "./testing/make-certificate.ts";
import { startMcpServer, type TestMcpServer } from "./testing/mcp-server.ts";
import { gatewayClient, listed } from "./testing/open-test-gateway.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const bwrap = ["/usr/bin/bwrap", "/bin/bwrap"].find((path) => existsSync(path)) ?? null;
const ways = [
  ["with bubblewrap", bwrap],
  ["without bubblewrap", null],
] as const;
if (bwrap === null) {
  if (process.env["INDOORS_REQUIRE_SANDBOX"] === "1") throw new Error("bubblewrap is not installed");
  console.warn("NOT TESTED: the sealed gateway, because bubblewrap is not installed");
}

let folder: string;
let server: TestMcpServer;
const children: ChildProcess[] = [];

beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), "indoors-gateway-main-")));
  await mkdir(join(folder, "perimeter"), { mode: 0o700 });
  await writeFile(join(folder, "indoors.db"), "the rest of the data folder");
  server = await startMcpServer({ certificate: await makeCertificate() });
});

afterAll(async () => {
  for (const child of children) child.kill("SIGKILL");
  await server.close();
  await rm(folder, { recursive: true });
});

const place = (bwrapPath: string | null, changes: Partial<GatewayPlace> = {}): GatewayPlace => ({
  platform: "linux",
  bwrapPath,
  nodePath: process.execPath,
  entry: join(root, "src/mcp/gateway/main.ts"),
  codeFolders: ["src", "node_modules", "package.json"].map((name) => join(root, name)),
  perimeterFolder: join(folder, "perimeter"),
  ...changes,
});

function start(where: GatewayPlace) {
  const { program, args, env } = gatewayCommand(where);
  const child = spawn(program, args, { stdio: ["ignore", "pipe", "pipe", "ipc"], serialization: "json", env });
  children.push(child);
  let words = "";
  for (const stream of [child.stdout, child.stderr]) stream?.on("data", (text: Buffer) => (words += text.toString()));
  const exit = once(child, "exit");
  return { child, words: () => words, exit, ...gatewayClient(processChannel(child as MessagePeer)) };
}

/** The processes below this one, itself included, that run our entry. */
async function gatewaysBelow(pid: number): Promise<number[]> {
  const started = readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").split(" ").filter(Boolean).map(Number);
  const below = (await Promise.all(started.map(gatewaysBelow))).flat();
  const name = (await readlink(`/proc/${pid}/exe`)).split("/").at(-1);
  return name === "bwrap" ? below : [pid, ...below];
}

/** Its sockets of the internet's kinds, as the kernel lists them. */
async function internetSockets(pid: number): Promise<string[]> {
  const names = await readdir(`/proc/${pid}/fd`);
  const links = await Promise.all(names.map((name) => readlink(`/proc/${pid}/fd/${name}`).catch(() => "")));
  const tables = ["tcp", "tcp6", "udp", "udp6", "raw", "raw6"].map((name) =>
    readFileSync(`/proc/${pid}/net/${name}`, "utf8"),
  );
  const inodes = new Set(
    tables.flatMap((table) => table.trim().split("\n").slice(1)).map((line) => line.trim().split(/\s+/)[9] ?? ""),
  );
  return links.filter((link) => inodes.has(/^socket:\[(\d+)\]$/.exec(link)?.[1] ?? "none"));
}

describe.each(ways.filter(([, path], at) => at === 1 || path !== null))("a gateway's process, %s", (_, bwrapPath) => {
  test("serves a listed server through the command that starts it", async () => {
    const gateway = start(place(bwrapPath));
    await gateway.configure([listed(server)]);
    const session = await gateway.session();
    expect(await session.all()).toMatchObject({ text: "hello" });
    expect(await gateway.client.call("examine", { url: server.url.replace("127.0.0.1", "localhost") })).toMatchObject({
      fault: null,
      certificate: { fingerprint: server.certificate },
    });
    expect(gateway.words()).toBe("");
    gateway.child.disconnect();
    expect(await gateway.exit).toEqual([0, null]);
  });

  test("has no socket of the internet with an empty list; one with a session", async () => {
    const gateway = start(place(bwrapPath));
    expect(await gateway.configure([])).toEqual({ listening: null, refused: [] });
    const [pid = 0] = await gatewaysBelow(gateway.child.pid ?? 0);
    expect(await internetSockets(pid)).toEqual([]);
    await gateway.configure([listed(server)]);
    expect(await internetSockets(pid)).toEqual([]);
    const session = await gateway.session();
    await session.open();
    // The stream for what the server wants to say by itself.
    await expect.poll(() => internetSockets(pid)).not.toEqual([]);
    await gateway.configure([]);
    expect(await session.ended).toContain("taken off the perimeter's list");
    await expect.poll(() => internetSockets(pid)).toEqual([]);
    gateway.child.disconnect();
    await gateway.exit;
  });
});

/** Instead of the gateway: tries what it should not be able to do, and says what it could. */
const burglar = `
  import { readFileSync, readdirSync, writeFileSync } from "node:fs";
  import { spawnSync } from "node:child_process";
  const folder = process.argv[2];
  const tries = {
    data: () => readFileSync(folder + "/../indoors.db", "utf8"),
    home: () => readdirSync("/root"),
    passwords: () => readFileSync("/etc/passwd"),
    environment: () => process.env.SECRET ?? null,
    program: () => spawnSync("/usr/bin/true").error ?? "ran",
    code: () => (writeFileSync(new URL(import.meta.url).pathname + ".changed", ""), "written"),
    own: () => (writeFileSync(folder + "/kept", ""), "written"),
  };
  const can = [];
  for (const [name, attempt] of Object.entries(tries)) {
    try { const got = attempt(); if (got !== null && !(got instanceof Error)) can.push(name); } catch {}
  }
  process.send(can);
`;

test("the process can do nothing but use its folder and the network", async () => {
  await mkdir(join(folder, "code"), { recursive: true });
  const entry = join(folder, "code", "burglar.mjs");
  await writeFile(entry, burglar);
  const tried = async (program: string, args: readonly string[]) => {
    const child = spawn(program, args, {
      stdio: ["ignore", "inherit", "inherit", "ipc"],
      serialization: "json",
      env: { SECRET: "x" },
    });
    children.push(child);
    const [can] = (await once(child, "message")) as [string[]];
    return can;
  };
  const all = ["data", "home", "passwords", "environment", "program", "code", "own"];
  const readable = process.getuid?.() === 0 ? all : all.filter((name) => name !== "home");
  // The control: the same program, started as any other.
  expect(await tried(process.execPath, [entry, join(folder, "perimeter")])).toEqual(readable);
  for (const [, path] of ways) {
    const { program, args } = gatewayCommand(place(path, { entry, codeFolders: [join(folder, "code")] }));
    // Without bubblewrap the environment is empty because whoever starts it passes `env`.
    expect(await tried(program, args)).toEqual(path === null ? ["environment", "own"] : ["own"]);
  }
});

test("it does not start without a channel", async () => {
  const { nodePath, entry } = place(null);
  const child = spawn(nodePath, [entry, folder], { stdio: ["ignore", "ignore", "pipe"] });
  children.push(child);
  let words = "";
  child.stderr?.on("data", (text: Buffer) => (words += text.toString()));
  expect(await once(child, "exit")).toEqual([2, null]);
  expect(words).toContain("The gateway is started by Indoors");
});
