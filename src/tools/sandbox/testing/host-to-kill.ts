// A host that starts the script it is given, three times at once, and waits to be killed.
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxLauncher } from "../../../shared/sandbox.ts";
import { openHere, shell } from "./machine.ts";

const [launcher, script] = process.argv.slice(2) as [SandboxLauncher, string];
const sandbox = await openHere(launcher);
const started = [1, 2, 3].map(() => sandbox.start(shell(script)));
process.stdout.write("starting\n");
await Promise.all(started);
await sleep(60_000);
