import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chownSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Grant } from "../../shared/tool.ts";
import { isInside, openInGrant, resolveInGrants } from "../../tools/grant-path.ts";
import { readStaged } from "../../tools/staging/read-staged.ts";
import type { Observed } from "./judge.ts";
import type { KillRaceInput, KillRaceOutput } from "./kill-race.ts";
import { runScript, startScript } from "./plain-and-sealed.ts";
import { end, processesWith } from "./processes.ts";
import { asPerson, type World } from "./world.ts";

/**
 * Kills while the sandbox starts, until `wanted` kills came while something of it was there: the others prove nothing.
 * Gives up after five times as many.
 */
export async function raceKills(world: World, how: "halves" | "asked", wanted: number): Promise<KillRaceOutput> {
  return (await runScript(world, "./kill-race.ts", { ...whatToStart(world), wanted, how })) as KillRaceOutput;
}

function whatToStart({ programs, writable }: World): Pick<KillRaceInput, "program" | "folder" | "writable"> {
  return { program: programs.attempt, folder: programs.folder, writable };
}

/** Kills the host itself while it starts a program. The control is a host that starts it plainly. */
export async function raceHost(world: World, plainly: boolean, wanted: number): Promise<KillRaceOutput> {
  let [tries, caught, survived] = [0, 0, 0];
  for (; caught < wanted && tries < 5 * wanted; tries++) {
    const token = `host-${randomBytes(8).toString("hex")}`;
    const input: KillRaceInput = {
      ...{ ...whatToStart(world), wanted: 1, token },
      how: plainly ? "wait-to-be-killed plainly" : "wait-to-be-killed",
    };
    const { child, ended } = startScript(world, "./kill-race.ts", input);
    await new Promise<void>((resolve, reject) => {
      child.stdout?.once("data", () => resolve());
      void ended.then(({ stderr }) => reject(new Error(`the script ended: ${stderr}`)));
    });
    await sleep(plainly ? 100 : 3 * tries + Math.random() * 3);
    if (processesWith(token).length > 0) caught++;
    child.kill("SIGKILL");
    let alive = processesWith(token);
    for (let wait = 0; wait < 60 && alive.length > 0; wait++) {
      await sleep(plainly ? 5 : 50);
      alive = processesWith(token);
    }
    if (alive.length > 0) survived++;
    end(alive);
    await ended;
  }
  return { tries, caught, survived };
}

/**
 * Somebody exchanges a folder of the grant for a link out of it, over and over, while the host reads a file in it. This
 * is harder than what a sealed program could do: it can make no links.
 * @returns how often the host got through, besides what was observed
 */
export async function raceReader(world: World): Promise<{ observed: Observed; through: number }> {
  const { grant, folder, swapper } = await swappedFolder(world, "read");
  writeFileSync(join(world.home, "note.txt"), world.secret);
  await using _ = swapper;
  const file = join(folder, "note.txt");
  let [leaks, through, leaksOfHost] = [0, 0, 0];
  await repeat(6000, async () => {
    if (isInside(grant.path, realpathSync(file)) && readFileSync(file, "utf8") === world.secret) leaks++;
    return leaks === 0;
  });
  await repeat(20_000, async () => {
    const found = await resolveInGrants([grant], "swapped/a/note.txt", "file");
    await using handle = await openInGrant(found.root, found.path, found.shown);
    through++;
    if ((await handle.readFile("utf8")) === world.secret) leaksOfHost++;
    return through < 1000;
  });
  return { observed: leaksObserved(leaks, leaksOfHost), through };
}

/** The same while the host writes staged changes into that folder. */
export async function raceCommit(world: World): Promise<{ observed: Observed; through: number }> {
  const { grant, folder, swapper } = await swappedFolder(world, "commit");
  await using _ = swapper;
  const copies = world.folder("copies");
  const layer = world.folder("layer");
  mkdirSync(join(layer, "a"));
  const landed = () => readdirSync(world.home).filter((name) => name.startsWith("landed")).length;
  let [round, through] = [0, 0];
  await repeat(6000, async () => {
    const name = join(folder, `landed-${round++}`);
    if (isInside(grant.path, realpathSync(folder))) writeFileSync(name, "x");
    return landed() === 0;
  });
  const leaks = landed();
  await repeat(20_000, async () => {
    const name = join(layer, "a", `landed-${round++}`);
    writeFileSync(name, "x");
    const changes = await readStaged([{ grant, folder: layer, merged: grant.path }], { folder: copies });
    rmSync(name);
    through += (await changes.commit()).written.length;
    return through < 40;
  });
  return { observed: leaksObserved(leaks, landed() - leaks), through };
}

function leaksObserved(plainly: number, byHost: number): Observed {
  return {
    control: { escaped: plainly > 0, why: `looked first, then did it: ${plainly} leaks` },
    sealed: { escaped: byHost > 0, why: `${byHost} leaks` },
  };
}

/** A grant with a folder `a` that is a link to the home folder half of the time. */
async function swappedFolder(world: World, what: string) {
  const path = world.folder(`swapped-${what}`);
  const folder = join(path, "a");
  mkdirSync(folder);
  chownSync(folder, world.person.uid, world.person.gid);
  writeFileSync(join(folder, "note.txt"), "harmless");
  symlinkSync(world.home, join(path, "b"));
  const swapper = await startSwapper(world, folder, join(path, "b"));
  const grant: Grant = { name: "swapped", path, mode: "rw" };
  return {
    grant,
    folder,
    swapper: {
      async [Symbol.asyncDispose]() {
        const ended = new Promise((resolve) => swapper.once("close", resolve));
        swapper.kill();
        await ended;
      },
    },
  };
}

async function startSwapper(world: World, a: string, b: string): Promise<ChildProcess> {
  const swapper = spawn(world.programs.attempt, ["swap", a, b], {
    ...asPerson(world.person),
    stdio: ["pipe", "pipe", "inherit"],
  });
  await new Promise((resolve) => swapper.stdout.once("data", resolve));
  return swapper;
}

/** Does it over and over for so many ms, or until it says that it is enough. A failure is what the race is about. */
async function repeat(ms: number, once: () => Promise<boolean>): Promise<void> {
  const until = performance.now() + ms;
  while (performance.now() < until) {
    const goOn = await once().catch(() => true);
    if (!goOn) return;
    // Lets the event loop breathe.
    await new Promise((resolve) => setImmediate(resolve));
  }
}
