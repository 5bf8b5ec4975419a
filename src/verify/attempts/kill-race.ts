// Run by the tests as somebody else: starts a program in the sandbox over and over and kills it while it starts.
import { randomBytes } from "node:crypto";
import { readFileSync, writeSync } from "node:fs";
import { spawn } from "node:child_process";
import { setTimeout as sleep } from "node:timers/promises";
import { findAppFiles } from "../../host/app-files.ts";
import { openSandbox } from "../../tools/sandbox/open-sandbox.ts";
import { end, ownChildren, processesWith, programsWith } from "./processes.ts";
import { useUpLimits } from "./use-up-rows.ts";

export interface KillRaceInput {
  readonly program: string;
  /** The folder it is in, and one to be granted for writing in every second try: that start has more steps. */
  readonly folder: string;
  readonly writable: string;
  /** Kills that come while something of it is there. */
  readonly wanted: number;
  /** `halves`: the processes of the sandbox are killed from outside. `asked`: by the sandbox's own kill(). */
  readonly how: "halves" | "asked" | "wait-to-be-killed" | "wait-to-be-killed plainly";
  /** For the two that wait; the others make one up for each try. */
  readonly token?: string;
}

export interface KillRaceOutput {
  readonly tries: number;
  /** In how many tries something of it was alive when the kill came. */
  readonly caught: number;
  /** In how many tries a program was alive when it was said to be over, or anything at all 3 s later. */
  readonly survived: number;
}

const input = JSON.parse(readFileSync(0, "utf8")) as KillRaceInput;
const { sealPath, nodePath } = findAppFiles();

if (input.how === "wait-to-be-killed plainly") {
  writeSync(1, "go\n");
  spawn(input.program, ["linger", "15000", input.token ?? ""], { stdio: "ignore" });
  await sleep(60_000);
}
const sandbox = await openSandbox({ sealPath, nodePath, onLog: () => {} });
const start = (token: string, writing: boolean) =>
  sandbox.start({
    file: input.program,
    args: ["linger", "15000", token],
    env: {},
    readOnly: [input.folder],
    grants: writing ? [{ name: "writable", path: input.writable, mode: "rw" }] : [],
    limits: useUpLimits,
  });
if (input.how === "wait-to-be-killed") {
  writeSync(1, "go\n");
  await start(input.token ?? "", true);
  await sleep(60_000);
}

let [tries, caught, survived] = [0, 0, 0];
for (; caught < input.wanted && tries < 5 * input.wanted; tries++) {
  const token = `race-${randomBytes(8).toString("hex")}`;
  const starting = start(token, tries % 2 === 1).catch(() => undefined);
  if (input.how === "asked") await starting;
  await sleep((tries % 8) + Math.random());
  if (processesWith(token).length > 0) caught++;
  if (input.how === "halves") end(ownChildren());
  const started = await starting;
  if (input.how === "asked") {
    await started?.kill();
    // The promise of kill() is that it is dead by now, not soon.
    if (programsWith(token).length > 0) survived++;
  }
  await started?.dispose();
  let alive = processesWith(token);
  for (let wait = 0; wait < 60 && alive.length > 0; wait++) {
    await sleep(50);
    alive = processesWith(token);
  }
  if (alive.length > 0) survived++;
  end(alive);
}
writeSync(1, `\u0002${JSON.stringify({ tries, caught, survived } satisfies KillRaceOutput)}`);
await sandbox.dispose();
