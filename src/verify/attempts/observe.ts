import { readdirSync, rmSync } from "node:fs";
import { basename, join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { SandboxReport } from "../../shared/sandbox.ts";
import { commitRows, commitScript } from "./commit-rows.ts";
import { type Observed, type Verdict, verdictsIn } from "./judge.ts";
import { type Ended, runPlainly, runScript, runSealed } from "./plain-and-sealed.ts";
import { end, processesWith } from "./processes.ts";
import { reachRows } from "./reach-rows.ts";
import { type UseUpRow, useUpLimits, useUpRows } from "./use-up-rows.ts";
import type { UseUpEnd, UseUpInput, UseUpOutput } from "./use-up-sealed.ts";
import type { Side, World } from "./world.ts";

/** What was observed of many attempts, by their id. */
export type ObservedById = ReadonlyMap<string, Observed>;

/** All attempts to reach something, in one control and one start of `indoors sandbox exec`. */
export async function observeReach(world: World): Promise<{ observed: ObservedById; sealed: Ended }> {
  const words = (side: Side) => reachRows.flatMap((row) => [...row.words(world, side), ","]).slice(0, -1);
  const control = await runPlainly(world, world.programs.attempt, words("control"));
  const signals = () => world.bystander.reached.filter((one) => one === "signal").length;
  for (let wait = 0; wait < 40 && reachRows.some((row) => row.seen?.(world, "control") === false); wait++) {
    await sleep(50);
  }
  const signalsByControl = signals();
  const seenOfControl = reachRows.map((row) => row.seen?.(world, "control"));
  for (const name of readdirSync(world.writable)) if (name !== "plain.txt") rmSync(join(world.writable, name));
  const sealed = await runSealed(world, world.programs.attempt, words("sealed"));
  // What was on its way has arrived by then: the bystander lives on the same machine.
  await sleep(300);
  const [said, saidSealed] = [verdictsIn(control.stdout), verdictsIn(sealed.stdout)];
  const observed = reachRows.map((row, index): [string, Observed] => {
    const name = row.words(world, "control")[0];
    const of = (one: (Verdict & { readonly name: string }) | undefined) => (one?.name === name ? one : undefined);
    const isSignal = name?.startsWith("signal") === true;
    const seen = isSignal
      ? { control: signalsByControl >= 2, sealed: signals() > signalsByControl }
      : row.seen && { control: seenOfControl[index] === true, sealed: row.seen(world, "sealed") };
    return [row.id, { control: of(said[index]), sealed: of(saidSealed[index]), seen }];
  });
  return { observed: new Map(observed), sealed };
}

/**
 * The attempts to reach something once more, where there are no namespaces, beside the controls of before. Nothing can
 * be written there, so both grants are read-only.
 * @returns null where this kernel has no level B
 */
export async function observeWeaker(world: World, before: ObservedById): Promise<ObservedById | null> {
  const rows = reachRows.filter((row) => row.beside?.(world) === undefined);
  const grants = [world.programs.folder, world.readable, world.writable].map((path) => ({
    name: basename(path),
    path,
    mode: "ro" as const,
  }));
  const reached = world.bystander.reached.length;
  const { report, jobs } = (await runScript(world, "./use-up-sealed.ts", {
    ...{ program: world.programs.attempt, grants, token: world.token("sealed"), launcher: "landlock" },
    jobs: [
      {
        id: "all",
        args: rows.flatMap((row) => [...row.words(world, "sealed"), ","]).slice(0, -1),
        limits: useUpLimits,
      },
    ],
  } satisfies UseUpInput)) as UseUpOutput;
  if (report.level !== "B") return null;
  await sleep(300);
  const heard = world.bystander.reached.slice(reached);
  const said = verdictsIn(jobs["all"]?.tail ?? "");
  const observed = rows.map((row, index): [string, Observed] => {
    const sealed = said[index]?.name === row.words(world, "sealed")[0] ? said[index] : undefined;
    const control = before.get(row.id)?.control;
    // Whatever reached the bystander, all are in doubt: it is not to hear anything.
    return [row.id, { control, sealed, seen: { control: control?.escaped === true, sealed: heard.length > 0 } }];
  });
  return new Map(observed);
}

/** All attempts to use the machine up, each in a sandbox of its own with small limits. */
export async function observeUseUp(world: World): Promise<{ observed: ObservedById; report: SandboxReport }> {
  const input: UseUpInput = {
    program: world.programs.attempt,
    grants: [
      { name: "programs", path: world.programs.folder, mode: "ro" },
      { name: "writable", path: world.writable, mode: "rw" },
    ],
    token: world.token("sealed"),
    jobs: useUpRows.map(({ id, words, limits }) => ({
      id,
      args: words(world, "sealed"),
      limits: { ...useUpLimits, ...limits },
    })),
  };
  const sealing = runScript(world, "./use-up-sealed.ts", input) as Promise<UseUpOutput>;
  const controls = new Map<string, Observed["control"]>();
  for (const row of useUpRows) {
    const { stdout } = await runPlainly(world, world.programs.attempt, row.words(world, "control"));
    const verdict = verdictsIn(stdout)[0];
    const left = processesWith(world.token("control"));
    end(left);
    controls.set(row.id, verdict && row.hostDecides ? { ...verdict, escaped: left.length > 0 } : verdict);
  }
  const { report, jobs } = await sealing;
  const observed = useUpRows.map((row): [string, Observed] => [
    row.id,
    { control: controls.get(row.id), sealed: verdictOf(row, jobs[row.id]) },
  ]);
  return { observed: new Map(observed), report };
}

function verdictOf(row: UseUpRow, ended: UseUpEnd | undefined): Verdict | undefined {
  if (ended === undefined) return undefined;
  const { exit, tail, bytes, left } = ended;
  const said = verdictsIn(tail)[0];
  const outside =
    left > 0
      ? `${left} processes are left`
      : bytes > useUpLimits.outputBytes
        ? `${bytes} bytes of output came through`
        : undefined;
  if (outside !== undefined) return { escaped: true, why: outside };
  if (row.hostDecides === true && said !== undefined) return { escaped: false, why: "nothing of it is left" };
  if (said !== undefined) return said;
  if (exit.limit !== null) return { escaped: false, why: `ended: ${exit.limit}` };
  return exit.signal === null ? undefined : { escaped: false, why: `ended by ${exit.signal}` };
}

/** What a program leaves in a granted folder, once the command line has written the changes there. */
export async function observeCommits(world: World): Promise<{ observed: ObservedById; folder: string; sealed: Ended }> {
  const control = world.folder("project-control");
  const folder = world.folder("project");
  const script = (at: string) => `cd '${at}'\n${commitScript}`;
  await runPlainly(world, "/bin/sh", ["-c", script(control)]);
  const sealed = await runSealed(world, "/bin/sh", ["-c", script(folder)], [`${folder}:rw`]);
  const verdict = (escaped: boolean): Verdict => ({
    escaped,
    why: escaped ? "it lies there" : "it does not lie there",
  });
  const observed = commitRows.map((row): [string, Observed] => [
    row.id,
    { control: verdict(row.escaped(control)), sealed: verdict(row.escaped(folder)) },
  ]);
  return { observed: new Map(observed), folder, sealed };
}
