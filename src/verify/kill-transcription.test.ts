import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { afterAll, expect, test } from "vitest";
import type { TranscriptView } from "../shared/host-contract.ts";
import { findAppFiles } from "../host/app-files.ts";
import { openStore } from "../store/open-store.ts";
import { listRecordings } from "../store/recordings.ts";
import { listSegments, listTranscripts } from "../store/transcripts.ts";
import { runIndoors, startIndoors } from "./run-indoors.ts";
import { readPlainWav, writeWav } from "./wav-file.ts";
import { isAlive } from "../tools/sandbox/is-alive.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-kill-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const wantedKills = 20;

/** Segments that a reader of the database sees at this moment, as after a crash. */
function committed(data: string): string[] {
  using store = openStore(join(data, "indoors.sqlite"), { readonly: true });
  return listRecordings(store.reader).flatMap(({ id }) =>
    listTranscripts(store.reader, id).flatMap((transcript) =>
      listSegments(store.reader, transcript.id).map((segment) => JSON.stringify(segment)),
    ),
  );
}

test(
  `a transcription killed at ${wantedKills} random points and resumed equals an uninterrupted one, and loses nothing committed`,
  { timeout: 600_000 },
  async () => {
    const files = findAppFiles();
    const sample = join(files.modelsFolder, files.manifest.find(({ role }) => role === "sample")?.file ?? "");
    const recording = join(folder, "long.wav");
    // Three minutes with pauses between: about ten windows, so that most kills fall between two commits.
    const piece = Buffer.concat([readPlainWav(sample), Buffer.alloc(2 * 16_000 * 2)]);
    writeWav(recording, Buffer.concat(Array.from({ length: 6 }, () => piece)));
    const data = join(folder, "data");
    const command = ["transcribe", recording, "--model", "tiny", "--language", "en", "--data", data, "--json"];

    const startedAt = performance.now();
    const whole = await runIndoors(command);
    expect(whole.stderr).not.toMatch(/failed/);
    expect(whole.code).toBe(0);
    // Without the calibration of the first start, which the killed runs do not repeat.
    const again = performance.now();
    const wholeAgain = await runIndoors([...command, "--again"]);
    const uninterruptedMs = performance.now() - again;
    const expected = segmentsOf(wholeAgain.stdout);
    expect(expected.length).toBeGreaterThan(10);
    expect(segmentsOf(whole.stdout)).toEqual(expected);

    const workers = new Set<number>();
    let kills = 0;
    let rounds = 0;
    let withProgress = 0;
    const seed = Date.now() % 100_000;
    const random = mulberry32(seed);
    // Kills in a row before anything new was committed: on a busy machine a start alone may take that long.
    let inVain = 0;
    while (kills < wantedKills) {
      rounds++;
      expect(rounds, "rounds it took; a machine this fast needs a longer recording").toBeLessThan(20);
      let first = true;
      let before: string[] = [];
      for (;;) {
        const { child, finished } = startIndoors(first ? [...command, "--again"] : command);
        const timer = sleep((250 + random() * uninterruptedMs * 0.35) * (1 + inVain / 6));
        const ended = await Promise.race([finished, timer]);
        if (ended !== undefined) {
          expect(ended.code, `seed ${seed}: ${ended.stderr}`).toBe(0);
          expect(segmentsOf(ended.stdout), `seed ${seed}, after ${kills} kills`).toEqual(expected);
          break;
        }
        for (const pid of childrenOf(child.pid)) workers.add(pid);
        child.kill("SIGKILL");
        expect((await finished).signal).toBe("SIGKILL");
        kills++;
        const after = committed(data);
        inVain = after.length > before.length ? 0 : inVain + 1;
        // `--again` throws the old transcript away on purpose; from then on nothing may be lost.
        if (!first) expect(after.slice(0, before.length), `seed ${seed}, kill ${kills}`).toEqual(before);
        if (after.length > 0 && after.length < expected.length) withProgress++;
        if (after.length < expected.length) first = false;
        before = after.length < expected.length ? after : [];
      }
    }
    expect(withProgress, "kills that fell in the middle of the work").toBeGreaterThan(wantedKills / 4);
    // A worker that outlives its host would hold a model in memory for ever.
    if (process.platform === "linux") expect(workers.size).toBeGreaterThan(wantedKills / 4);
    await expect.poll(() => [...workers].filter(isAlive), { timeout: 20_000 }).toEqual([]);
    expect(readdirSync(join(data, "work")), "decoded audio left behind").toEqual([]);
    console.log(
      `${kills} kills in ${rounds} rounds (${withProgress} in the middle), seed ${seed}, ${Math.round((performance.now() - startedAt) / 1000)} s: every transcript the same`,
    );
  },
);

function segmentsOf(stdout: string): string[] {
  const { files } = JSON.parse(stdout) as { files: { transcript: TranscriptView }[] };
  return files[0]?.transcript.segments.map((segment) => JSON.stringify(segment)) ?? [];
}

/** The worker processes of a host, on Linux; elsewhere none are looked at. */
function childrenOf(pid: number | undefined): number[] {
  try {
    return readFileSync(`/proc/${pid}/task/${pid}/children`, "utf8").trim().split(" ").filter(Boolean).map(Number);
  } catch {
    return [];
  }
}

function mulberry32(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let t = Math.imul(state ^ (state >>> 15), 1 | state);
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t;
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296;
  };
}
