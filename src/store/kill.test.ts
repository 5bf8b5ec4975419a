import { spawn } from "node:child_process";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, test } from "vitest";
import { listJobs } from "./jobs.ts";
import { openStore } from "./open-store.ts";
import { listSteps } from "./runs.ts";
import { freshFolder, isWhole } from "./testing/fresh-store.ts";
import { segmentsOf } from "./testing/window-content.ts";
import { getTranscript, listSegments, type WindowCursor } from "./transcripts.ts";

const entry = fileURLToPath(new URL("./testing/window-writer.ts", import.meta.url));

/** Starts the writer, kills it `afterMs` after it says `from`, and returns what it had acknowledged. */
function killedWriter(path: string, from: "start" | "window", afterMs: number): Promise<string[]> {
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, [entry, path], { stdio: ["ignore", "pipe", "pipe"] });
    let out = "";
    let errors = "";
    let armed = false;
    child.stdout.setEncoding("utf8").on("data", (text: string) => {
      out += text;
      if (armed || !out.includes(from)) return;
      armed = true;
      setTimeout(() => child.kill("SIGKILL"), afterMs);
    });
    child.stderr.setEncoding("utf8").on("data", (text: string) => (errors += text));
    child.on("close", (_code, signal) => {
      if (signal !== "SIGKILL") return reject(new Error(`the writer ended by itself: ${errors}`));
      // What follows the last line end was not said in full.
      resolve(out.split("\n").slice(0, -1));
    });
  });
}

interface Acknowledged {
  readonly windows: number[];
  readonly steps: { readonly runId: string; readonly seq: number; readonly text: string }[];
}

function read(lines: readonly string[]): Acknowledged {
  const words = lines.map((line) => line.split(" "));
  return {
    windows: words.filter(([what]) => what === "window").map(([, index]) => Number(index)),
    steps: words
      .filter(([what]) => what === "step")
      .map(([, runId = "", seq, index]) => ({ runId, seq: Number(seq), text: `window ${index}` })),
  };
}

/** Opens what a killed writer left (openStore throws when the file is damaged) and compares it with what was said. */
function expectNothingLost(path: string, { windows, steps }: Acknowledged): void {
  using store = openStore(path);
  expect(isWhole(store)).toBe(true);
  const [job] = listJobs(store.reader);
  if (job === undefined) return expect(windows).toEqual([]);
  const { transcriptId } = job.input as { readonly transcriptId: string };
  const { cursor } = getTranscript(store.reader, transcriptId);
  expect((job.cursor as WindowCursor | null) ?? { nextWindow: 0, doneMs: 0 }).toEqual(cursor);
  expect(job.progress.done).toBe(cursor.doneMs);
  expect(cursor.nextWindow).toBeGreaterThanOrEqual(Math.max(-1, ...windows) + 1);
  // Every window up to the cursor is there, whole and once; none after it.
  const expected = Array.from({ length: cursor.nextWindow }, (_, index) => segmentsOf(index)).flat();
  expect(listSegments(store.reader, transcriptId)).toEqual(expected);
  const runs = new Map([...new Set(steps.map((step) => step.runId))].map((id) => [id, listSteps(store.reader, id)]));
  for (const { runId, seq, text } of steps) {
    expect(runs.get(runId)?.[seq]).toMatchObject({ seq, step: { kind: "question", text } });
  }
}

test("kill -9 while the database is made leaves one that opens", async () => {
  const folder = freshFolder();
  for (let kill = 0; kill < 8; kill++) {
    const path = join(folder, `${kill}.db`);
    const lines = await killedWriter(path, "start", Math.random() * 40);
    expectNothingLost(path, read(lines));
  }
}, 60_000);

test("kill -9 at 20 random moments of writing loses nothing acknowledged and leaves no half window", async () => {
  const path = join(freshFolder(), "indoors.db");
  const windows: number[] = [];
  for (let kill = 0; kill < 20; kill++) {
    const said = read(await killedWriter(path, "window", Math.random() * 120));
    // Each writer goes on where the one before it was killed: it never repeats an acknowledged window.
    expect(said.windows[0]).toBeGreaterThanOrEqual(windows.length);
    expect(said.windows[0]).toBeLessThanOrEqual(windows.length + kill);
    windows.push(...said.windows);
    expectNothingLost(path, said);
  }
  expect(windows.length).toBeGreaterThan(100);
}, 60_000);
