import { mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { memoryChannelPair } from "../shared/memory-channel.ts";
import { GatewayProcess, gatewayCommandAt } from "./gateway-process.ts";
import { hostPlace } from "./host-place.ts";

/** Says each value back with its environment's names; what it is told to do otherwise, it does. */
const echo = `process.on("message", (value) => {
  if (value === "large") return process.send("x".repeat(9 * 1024 * 1024));
  if (value === "die") return process.exit(3);
  process.send({ value, env: Object.keys(process.env).sort() });
});`;
const quits = 'process.on("disconnect", () => process.exit(0));';
const stays = "setInterval(() => {}, 1000);";

function open(program: string) {
  const log: string[] = [];
  const command = { program: process.execPath, args: ["--eval", program], env: { A: "1" }, open: null };
  const gateway = new GatewayProcess({ command: () => command, onLog: (line) => log.push(line), stopLimitMs: 300 });
  onTestFinished(() => gateway.stop());
  return { gateway, log };
}

/** A port as the host's side of it sees it: what came, and whether it is closed. */
function portOf() {
  const [here, there] = memoryChannelPair();
  const heard: unknown[] = [];
  const closed = Promise.withResolvers<string>();
  here.onMessage((value) => heard.push(value));
  here.onClose(closed.resolve);
  return { here, there, heard, closed: closed.promise };
}

const isAlive = (pid: number | undefined) => {
  try {
    return !/^State:\s+Z/m.test(readFileSync(`/proc/${pid}/status`, "utf8"));
  } catch {
    return false;
  }
};

it("passes messages both ways as they are, and gives it no environment but the command's", async () => {
  const { gateway } = open(echo + quits);
  const { here, there, heard } = portOf();
  await gateway.start(there);
  here.send({ a: [1, { b: null }] });
  await expect.poll(() => heard).toHaveLength(1);
  expect(heard[0]).toEqual({ value: { a: [1, { b: null }] }, env: ["A"] });
});

it("is there once: a second start ends the first, and stop leaves nobody", async () => {
  const { gateway } = open(echo + quits);
  const [first, second] = [portOf(), portOf()];
  await gateway.start(first.there);
  const { pid } = gateway;
  await gateway.start(second.there);
  await first.closed;
  expect(isAlive(pid)).toBe(false);
  const now = gateway.pid;
  expect(isAlive(now)).toBe(true);
  await gateway.stop();
  await second.closed;
  expect(isAlive(now)).toBe(false);
  expect(gateway.pid).toBeUndefined();
});

it("ends with the host that it was started for, also when it does not want to", async () => {
  const { gateway } = open(echo + stays);
  const { here, there } = portOf();
  await gateway.start(there);
  const { pid } = gateway;
  expect(isAlive(pid)).toBe(true);
  here.close();
  await expect.poll(() => isAlive(pid)).toBe(false);
});

it("closes its port when it dies, and says so in the log", async () => {
  const { gateway, log } = open(echo + stays);
  const { here, there, closed } = portOf();
  await gateway.start(there);
  here.send("die");
  await closed;
  expect(log.at(-1)).toBe("gateway ended (code 3)");
});

it.each([
  ["the gateway", "large"],
  ["the host", "x".repeat(9 * 1024 * 1024)],
])("is ended over a message of %s that is too large", async (_, value) => {
  const { gateway, log } = open(echo + stays);
  const { here, there, heard, closed } = portOf();
  await gateway.start(there);
  here.send(value);
  await closed;
  expect(heard).toEqual([]);
  expect(log.join("\n")).toContain("too large");
});

it("says when it does not start", async () => {
  const { there, closed } = portOf();
  const command = { program: "/gone/node", args: [], env: {}, open: null };
  const gateway = new GatewayProcess({ command: () => command, onLog: () => {} });
  await expect(gateway.start(there)).rejects.toMatchObject({ code: "perimeter.unreachable" });
  await closed;
  expect(gateway.pid).toBeUndefined();
});

it("is named by the shell's own places, with a folder for itself alone", ({ skip }) => {
  if (process.platform === "win32") return skip();
  const dataFolder = mkdtempSync(join(tmpdir(), "indoors-gateway-"));
  onTestFinished(() => rmSync(dataFolder, { recursive: true }));
  const root = join(import.meta.dirname, "..", "..");
  const { platform, arch } = process;
  const place = hostPlace({ packaged: false, root, resources: "", platform, arch });
  const command = gatewayCommandAt(place, { dataFolder, bwrapPath: null, platform });
  expect(command.args).toContain(join(root, "dist", "mcp", "gateway", "main.js"));
  expect(command.args.at(-1)).toBe(join(dataFolder, "perimeter"));
  expect(statSync(join(dataFolder, "perimeter")).mode & 0o777).toBe(0o700);
});
