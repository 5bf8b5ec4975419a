import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, onTestFinished } from "vitest";
import type { SessionEvent } from "../../host/mcp/connect-session.ts";
import { openSealedSession, type SealedServer, type SealedSession } from "../../host/mcp/sealed-session.ts";
import { writeHostileServer } from "../../mcp/testing/hostile-server.ts";
import { type PlainServer, startPlainServer } from "../../mcp/testing/plain-server.ts";
import type { ServerResult } from "../../shared/mcp-contract.ts";
import type { Sandbox } from "../../tools/sandbox/sandbox.ts";
import { realSandbox } from "../../tools/testing/real-sandbox.ts";

/** Servers that mean harm, each in the real sandbox with the real session, and as servers usually run. */
export const folder = mkdtempSync(join(tmpdir(), "indoors-hostile-"));
export const sandbox = await realSandbox();
afterAll(async () => {
  await sandbox?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

let made = 0;
export interface Case {
  readonly server: SealedServer;
  readonly file: string;
  /** The private folder it may write. */
  readonly own: string;
  /** A folder of the host that it has nothing to do with. */
  readonly outside: string;
}

/** A bundle with this behaviour. In it `OWN` and `OUTSIDE` stand for paths, as JSON. */
export function bundle(behaviour: string, more: Partial<SealedServer> = {}): Case {
  const [place, own, outside] = ["bundle", "own", "outside"].map((name) => join(folder, String(made), name));
  made++;
  if (place === undefined || own === undefined || outside === undefined) throw new Error("three were made");
  for (const path of [place, own, outside]) mkdirSync(path, { recursive: true });
  writeFileSync(join(outside, "secret.txt"), "the secret");
  const filled = behaviour.replaceAll("OWN", JSON.stringify(own)).replaceAll("OUTSIDE", JSON.stringify(outside));
  const file = writeHostileServer(place, filled);
  const server = { name: "hostile", file: process.execPath, args: [file], env: {}, readOnly: [place], grants: [] };
  return { server: { ...server, writable: [own], ...more }, file, own, outside };
}

export interface Opened extends SealedSession {
  readonly events: SessionEvent[];
  readonly faults: string[];
  attempt(args?: Readonly<Record<string, unknown>>, timeoutMs?: number): Promise<ServerResult>;
}

/** Starts it sealed. It is killed when the test ends. */
export async function seal({ server }: Case, signal = new AbortController().signal): Promise<Opened> {
  const [events, faults]: [SessionEvent[], string[]] = [[], []];
  const session = await openSealedSession({
    ...{ sandbox: sandbox as Sandbox, nodePath: process.execPath, server, signal },
    ...{ clientVersion: "0", elicitation: true, sampling: true },
    host: { elicit: () => ({ action: "decline" }), sample: () => ({ text: "", model: "", stop: "end" }) },
    onEvent: (event) => void events.push(event),
    onFault: (fault, where) => void faults.push(`${where}: ${String(fault)}`),
  });
  onTestFinished(async () => {
    await session.sealed.kill();
    await session.dispose();
  });
  return Object.assign(session, {
    events,
    faults,
    async attempt(args = {}, timeoutMs = 10_000) {
      await session.client.call("tools", {});
      return await session.client.call("call", { callId: "1", tool: "attempt", arguments: args, timeoutMs });
    },
  });
}

/** Starts it with all rights of this process. */
export async function plain({ file }: Case, env: Readonly<Record<string, string>> = {}): Promise<PlainServer> {
  const server = await startPlainServer(file, env);
  onTestFinished(() => killed(server.pid));
  return server;
}

export function killed(pid: number): void {
  try {
    process.kill(pid, "SIGKILL");
  } catch {
    // Gone already.
  }
}

/** Whether a promise is still open after so long. */
export const isPending = (promise: Promise<unknown>, ms: number) => {
  promise.catch(() => {});
  return Promise.race([
    promise.then(
      () => false,
      () => false,
    ),
    sleep(ms, true),
  ]);
};
