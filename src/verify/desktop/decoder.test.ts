import { spawnSync } from "node:child_process";
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findCommand } from "../../setup/find-command.mjs";
import { here } from "../../setup/house.mjs";
import { canOpenDesktop } from "./needs-desktop.ts";
import { type Desktop, openDesktop, temporaryFolder } from "./open-desktop.ts";

const fixture = fileURLToPath(new URL("../../engines/audio/fixtures/apollo.m4a", import.meta.url));
/** The recording that the fixture's four seconds are from, from second 12.5. */
const sample = join(here.root, "models", "apollo-13.wav");
const ffmpeg = findCommand("ffmpeg", process.env["PATH"] ?? "");
const canMake = ffmpeg !== undefined && existsSync(sample);
if (canOpenDesktop && !canMake) console.warn("skipped: no ffmpeg or no sample recording: only one m4a is decoded");

interface Decoded {
  readonly ok: boolean;
  readonly format?: string;
  readonly durationMs?: number;
  readonly notice?: string | null;
  readonly code?: string;
  readonly message?: string;
  /** Of the page's process, at most, in MiB. */
  readonly pageMiB: number;
  readonly progress: readonly number[];
}

describe.skipIf(!canOpenDesktop)("the desktop decodes what only Chromium can", () => {
  let desktop: Desktop;
  let folder: string;
  beforeAll(async () => {
    desktop = await openDesktop();
    folder = temporaryFolder();
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, "out"));
    chmodSync(join(folder, "out"), 0o777);
  });
  afterAll(async () => {
    await desktop?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  const pcmOf = (name: string) => join(folder, "out", `${name}.pcm`);

  /** Runs the shell's own decoder inside the running shell, under its rules for every session and page. */
  async function decode(name: string, options: { cancelAt?: number; crashAt?: number; stuckMs?: number } = {}) {
    return (await desktop.app.evaluate(
      async ({ app }, { decoder, dist, path, pcmPath, wishes }) => {
        const module = process.getBuiltinModule("node:module").createRequire(decoder)(
          decoder,
        ) as typeof import("../../main/decoder.ts");
        const controller = new AbortController();
        const progress: number[] = [];
        let pageMiB = 0;
        const opened = new Set<number>();
        const seeContents = (_event: unknown, contents: Electron.WebContents) => {
          contents.once("did-finish-load", () => opened.add(contents.getOSProcessId()));
        };
        app.on("web-contents-created", seeContents);
        const timer = setInterval(() => {
          for (const { pid, memory } of app.getAppMetrics()) {
            if (opened.has(pid)) pageMiB = Math.max(pageMiB, memory.workingSetSize / 1024);
          }
        }, 100);
        const own = module.openDecoder({
          rendererFolder: `${dist}/renderer`,
          preloadFile: `${dist}/preload/decoder-preload.cjs`,
          ...(wishes.stuckMs !== undefined && { stuckMs: wishes.stuckMs }),
          onProgress({ share }) {
            progress.push(share);
            if (wishes.cancelAt !== undefined && share >= wishes.cancelAt) controller.abort();
            if (wishes.crashAt !== undefined && share >= wishes.crashAt) {
              for (const pid of opened) process.kill(pid, "SIGKILL");
            }
          },
        });
        try {
          const result = await own.decode({ path, pcmPath }, controller.signal);
          return { ok: true, ...result, pageMiB, progress };
        } catch (error) {
          const { code, message } = error as { code: string; message: string };
          return { ok: false, code, message, pageMiB, progress };
        } finally {
          clearInterval(timer);
          app.off("web-contents-created", seeContents);
          own.dispose();
        }
      },
      {
        decoder: join(here.root, "src", "main", "decoder.ts"),
        dist: join(here.root, "dist"),
        path: join(folder, name),
        pcmPath: pcmOf(name),
        wishes: options,
      },
    )) as Decoded;
  }

  const windows = () => desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows().length);
  const made = (name: string, ...words: readonly string[]) => {
    const run = spawnSync(ffmpeg ?? "", ["-v", "error", "-y", ...words, join(folder, name)], { encoding: "utf8" });
    if (run.status !== 0) throw new Error(run.stderr);
  };

  it("decodes the m4a of the fixtures, and leaves no window", async () => {
    copyFileSync(fixture, join(folder, "apollo.m4a"));
    const decoded = await decode("apollo.m4a");
    expect(decoded).toMatchObject({ ok: true, format: "MP4, aac", notice: null });
    expect(decoded.progress.at(-1)).toBe(1);
    const pcm = readFileSync(pcmOf("apollo.m4a"));
    expect(pcm.length / 32).toBe(decoded.durationMs);
    expect(Math.abs(pcm.length / 32 - 4000)).toBeLessThan(50);
    if (existsSync(sample)) expect(likeness(pcm, sampleSound().subarray(12.5 * 32_000))).toBeGreaterThan(0.9);
    expect(await windows()).toBe(1);
    expect(readdirSync(join(folder, "out"))).toEqual(["apollo.m4a.pcm"]);
  });

  it.skipIf(!canMake).each<[string, readonly string[]]>([
    ["talk.webm", ["-c:a", "libopus"]],
    ["stereo.webm", ["-ac", "2", "-ar", "44100", "-c:a", "libvorbis"]],
    ["talk.mov", ["-ac", "2", "-ar", "44100", "-c:a", "pcm_s16le"]],
    [
      "talk.mp4",
      ["-f", "lavfi", "-i", "testsrc=s=160x90:r=10", "-shortest", "-c:v", "libx264", "-c:a", "aac", "-ar", "48000"],
    ],
  ])("decodes %s to the sound it was made from", async (name, words) => {
    made(name, "-i", sample, ...words);
    const decoded = await decode(name);
    expect(decoded).toMatchObject({ ok: true, notice: null });
    const pcm = readFileSync(pcmOf(name));
    const original = sampleSound();
    expect(Math.abs(pcm.length - original.length) / 32).toBeLessThan(50);
    expect(likeness(pcm, original)).toBeGreaterThan(0.9);
  });

  it.skipIf(!canMake)("goes on behind a place that cannot be decoded, and says so", async () => {
    made("whole.m4a", "-i", sample, "-c:a", "aac", "-movflags", "+faststart");
    const bytes = readFileSync(join(folder, "whole.m4a"));
    for (let index = 0; index < 3000; index++) bytes[100_000 + index] = (index * 97 + 13) % 256;
    writeFileSync(join(folder, "damaged.m4a"), bytes);
    const damaged = await decode("damaged.m4a");
    expect(damaged).toMatchObject({ ok: true, notice: expect.stringContaining("damaged.m4a is not whole: ") });
    expect(Math.abs((damaged.durationMs ?? 0) - 30_000)).toBeLessThan(50);
    writeFileSync(join(folder, "cut.m4a"), bytes.subarray(0, 90_000));
    const cut = await decode("cut.m4a");
    expect(cut).toMatchObject({ ok: true, notice: expect.stringContaining("ends before") });
    expect(cut.durationMs).toBeGreaterThan(5000);
    expect(cut.durationMs).toBeLessThan(15_000);
  });

  it("refuses in a sentence what cannot be decoded, and leaves nothing of it", async () => {
    writeFileSync(join(folder, "empty.m4a"), "");
    writeFileSync(
      join(folder, "noise.webm"),
      Uint8Array.from({ length: 9000 }, (_, index) => (index * 131) % 251),
    );
    writeFileSync(join(folder, "half.m4a"), readFileSync(fixture).subarray(0, 9000));
    for (const name of ["empty.m4a", "noise.webm", "half.m4a"]) {
      const { code, message } = await decode(name);
      expect([name, code]).toEqual([name, "audio.undecodable"]);
      expect(message).toMatch(new RegExp(`^Decoding failed: ${name}\\. The reason: .+\\. Export it again as .+\\.$`));
    }
    expect(await decode("absent.m4a")).toMatchObject({ code: "file.unreadable" });
    expect(readdirSync(join(folder, "out")).filter((name) => !name.endsWith(".pcm"))).toEqual([]);
    expect(await windows()).toBe(1);
  });

  it.skipIf(!canMake)("ends with its caller, or with its page, and the next file is decoded all the same", async () => {
    made("long.m4a", "-stream_loop", "5", "-i", sample, "-c:a", "aac");
    expect(await decode("long.m4a", { cancelAt: 0.05 })).toMatchObject({ ok: false, code: "cancelled" });
    const crashed = await decode("long.m4a", { crashAt: 0.05 });
    expect(crashed).toMatchObject({ ok: false, code: "audio.undecodable" });
    expect(crashed.message).toContain("Decoding failed: long.m4a. The reason: its decoder ended (");
    expect(await decode("long.m4a", { stuckMs: 1 })).toMatchObject({ message: expect.stringContaining("got stuck") });
    expect(existsSync(pcmOf("long.m4a"))).toBe(false);
    expect(existsSync(`${pcmOf("long.m4a")}.part`)).toBe(false);
    expect(await windows()).toBe(1);
    expect(await decode("long.m4a")).toMatchObject({ ok: true, notice: null });
  });

  it.skipIf(!canMake)("takes memory that does not grow with the length", { timeout: 120_000 }, async () => {
    made("minute.m4a", "-stream_loop", "1", "-i", sample, "-c:a", "aac", "-b:a", "32k");
    made("hour.m4a", "-stream_loop", "59", "-i", join(folder, "minute.m4a"), "-c", "copy");
    const minute = await decode("minute.m4a");
    const hour = await decode("hour.m4a");
    expect(hour.durationMs).toBeGreaterThan(3_590_000);
    console.log(
      `decoder page: ${minute.pageMiB.toFixed(0)} MiB for a minute, ${hour.pageMiB.toFixed(0)} MiB for an hour`,
    );
    // An hour is 110 MiB of samples as they are written, twice that as they are decoded.
    expect(hour.pageMiB - minute.pageMiB).toBeLessThan(110);
  });
});

/** The samples of the sample: what follows the chunks in front of them. */
function sampleSound(): Buffer {
  const bytes = readFileSync(sample);
  return bytes.subarray(bytes.indexOf("data") + 8);
}

/** The correlation of two seconds of two recordings, 1 for equal ones, at the best of some milliseconds of delay. */
function likeness(one: Buffer, other: Buffer): number {
  const read = (bytes: Buffer) =>
    new Int16Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + (bytes.length & ~1)));
  const [a, b] = [read(one), read(other)];
  const length = Math.min(a.length, b.length) - 2000;
  let best = -1;
  for (let delay = 0; delay <= 400; delay++) {
    let [ab, aa, bb] = [0, 0, 0];
    for (let index = 500; index < Math.min(length, 30_000); index++) {
      const [x, y] = [a[index + delay] as number, b[index + 200] as number];
      ab += x * y;
      aa += x * x;
      bb += y * y;
    }
    best = Math.max(best, ab / Math.sqrt(aa * bb));
  }
  return best;
}
