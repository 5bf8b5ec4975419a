import {
  chmodSync,
  copyFileSync,
  mkdirSync,
  mkdtempSync,
  openSync,
  closeSync,
  readFileSync,
  rmSync,
  truncateSync,
  writeFileSync,
  writeSync,
} from "node:fs";
import { existsSync } from "node:fs";
import { spawnSync } from "node:child_process";
import { tmpdir } from "node:os";
import { basename, join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findAppFiles } from "../host/app-files.ts";
import { runIndoors } from "./run-indoors.ts";
import { readPlainWav, writeWav } from "./wav-file.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-bad-"));
const data = join(folder, "data");
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const app = findAppFiles();
const fileOf = (name: string) => join(app.modelsFolder, app.manifest.find((model) => model.name === name)?.file ?? "");
const inFolder = (name: string) => join(folder, name);

interface Answer {
  readonly files: readonly {
    readonly file: string;
    readonly ok: boolean;
    readonly error?: { readonly code: string; readonly message: string };
    readonly transcript?: { readonly segments: readonly { readonly text: string }[] };
  }[];
}

/** One clear sentence or two: names the file, no line break, no stack, no code, ends like a sentence. */
function expectClear(message: string, file: string): void {
  expect(message).toContain(basename(file));
  expect(message).toMatch(/\.$/);
  expect(message).not.toMatch(/\n|Error:|ENOENT|EISDIR|EACCES|undefined|at .*\.ts:/);
  expect(message.length).toBeLessThan(400);
}

test(
  "eight bad recordings in one queue: each ends with a clear sentence, the good ones before and after are done",
  { timeout: 300_000 },
  async () => {
    const sample = fileOf("apollo-13");
    const speech = readPlainWav(sample).subarray(0, 12 * 32_000);
    writeFileSync(inFolder("empty.wav"), "");
    writeFileSync(inFolder("letter.wav"), "Dear colleague, this is not a recording.\n".repeat(50));
    // An mp3 header and nothing that follows it: what is left of a copy that broke off.
    writeFileSync(inFolder("truncated.mp3"), Buffer.concat([Buffer.from([0xff, 0xfb, 0x90, 0x64]), Buffer.alloc(90)]));
    writeWav(inFolder("zero.wav"), Buffer.alloc(0));
    mkdirSync(inFolder("folder.wav"));
    writeWav(inFolder("secret.wav"), speech);
    chmodSync(inFolder("secret.wav"), 0o000);
    writeFileSync(inFolder("odd.wav"), eightKilohertzStereo24(speech));
    writeWav(inFolder("silence.wav"), Buffer.alloc(5 * 32_000));
    copyFileSync(sample, inFolder("good.wav"));
    const names = [
      "empty.wav",
      "letter.wav",
      "truncated.mp3",
      "odd.wav",
      "zero.wav",
      "silence.wav",
      "folder.wav",
      "gone.wav",
      "secret.wav",
      "good.wav",
    ];
    const { command, note } = asOrdinaryUser([
      "transcribe",
      ...names.map(inFolder),
      "--model",
      "tiny",
      "--language",
      "en",
      "--data",
      data,
      "--json",
    ]);
    const { status, stdout, stderr } = spawnSync(command[0] as string, command.slice(1), {
      encoding: "utf8",
      maxBuffer: 1 << 26,
    });
    const answer = JSON.parse(stdout || "null") as Answer | null;
    expect(answer, stderr).not.toBeNull();
    const files = Object.fromEntries((answer as Answer).files.map((one) => [basename(one.file), one]));
    expect(Object.keys(files)).toEqual(names);
    expect(status).toBe(3);

    const refused: Record<string, string> = {
      "empty.wav": "audio.undecodable",
      "letter.wav": "audio.undecodable",
      "truncated.mp3": "audio.undecodable",
      "zero.wav": "audio.undecodable",
      "folder.wav": "file.unreadable",
      "gone.wav": "file.unreadable",
      ...(note === null ? { "secret.wav": "file.unreadable" } : {}),
    };
    for (const [name, code] of Object.entries(refused)) {
      expect(files[name], name).toMatchObject({ ok: false, error: { code } });
      expectClear(files[name]?.error?.message ?? "", name);
      expect(stderr).toContain(files[name]?.error?.message);
    }
    if (note !== null) console.warn(note);
    // Odd, but a recording all the same: 8 kHz, 24 bits, two channels.
    expect(files["odd.wav"]?.transcript?.segments.map(({ text }) => text).join(" ")).toMatch(/houston|problem/i);
    expect(files["silence.wav"]).toMatchObject({ ok: true, transcript: { segments: [] } });
    expect(files["good.wav"]?.transcript?.segments.length).toBeGreaterThan(3);
  },
);

test(
  "a truncated GGUF is refused at import, a model with one flipped byte at load; both in words",
  { timeout: 300_000 },
  async () => {
    const truncated = inFolder("truncated.gguf");
    copyFileSync(fileOf("tinyllama"), truncated);
    truncateSync(truncated, 200_000_000);
    const refused = await runIndoors(["models", "import", truncated, "--data", data, "--json"]);
    expect(refused.code).toBe(3);
    const [why] = (JSON.parse(refused.stdout) as { refused: { reason: string; message: string }[] }).refused;
    expect(why?.reason).toBe("truncated");
    expectClear(why?.message ?? "", truncated);

    // A stick's worth of good model, imported, and then changed on the disk.
    const stick = inFolder("voice.onnx");
    // With an unknown field at its end (protocol buffers skip it), so that it is not the model that is here already.
    writeFileSync(stick, Buffer.concat([readFileSync(fileOf("silero-vad-v6")), Buffer.from([0xf8, 0x07, 0x01])]));
    expect((await runIndoors(["models", "import", stick, "--name", "voice", "--data", data])).code).toBe(0);
    const installed = join(data, "models", "voice.onnx");
    expect(existsSync(installed)).toBe(true);
    flipByte(installed, 1_000_000);
    const use = await runIndoors(["transcribe", fileOf("apollo-13"), "--model", "tiny", "--data", data, "--json"]);
    expect(use.code).toBe(3);
    const { error } = (JSON.parse(use.stdout) as Answer).files[0] ?? {};
    expect(error?.code).toBe("model.changed");
    expectClear(error?.message ?? "", installed);
    // Removing it brings the default one back.
    expect((await runIndoors(["models", "remove", "voice", "--data", data])).code).toBe(0);
    expect(
      (await runIndoors(["transcribe", fileOf("apollo-13"), "--model", "tiny", "--data", data, "--json"])).code,
    ).toBe(0);
  },
);

function flipByte(path: string, at: number): void {
  const byte = readFileSync(path)[at] as number;
  const file = openSync(path, "r+");
  writeSync(file, Buffer.from([byte ^ 0xff]), 0, 1, at);
  closeSync(file);
}

/** 16 kHz mono 16-bit to 8 kHz, 24-bit, two channels, by leaving out every second sample: good enough to be understood. */
function eightKilohertzStereo24(pcm: Buffer): Buffer {
  const frames = Math.floor(pcm.length / 4);
  const out = Buffer.alloc(frames * 6);
  for (let i = 0; i < frames; i++) {
    const sample = Math.round((pcm.readInt16LE(i * 4) + pcm.readInt16LE(i * 4 + 2)) / 2) * 256;
    out.writeIntLE(sample, i * 6, 3);
    out.writeIntLE(sample, i * 6 + 3, 3);
  }
  const path = inFolder("odd-source.wav");
  writeWav(path, out, { rate: 8000, channels: 2, bits: 24 });
  return readFileSync(path);
}

/**
 * Root can read every file, so as root the command runs as the user `nobody`, where that user can reach this checkout.
 * Otherwise the unreadable file is left out, loudly.
 */
function asOrdinaryUser(args: readonly string[]): {
  readonly command: readonly string[];
  readonly note: string | null;
} {
  const main = join(app.root, "src", "cli", "main.ts");
  const plain = [process.execPath, main, ...args];
  if (process.getuid?.() !== 0) return { command: plain, note: null };
  const drop = ["setpriv", "--reuid=65534", "--regid=65534", "--clear-groups", "--"];
  const reaches = spawnSync(drop[0] as string, [...drop.slice(1), process.execPath, "--version"]).status === 0;
  const reads = spawnSync(drop[0] as string, [...drop.slice(1), "test", "-r", main]).status === 0;
  if (!reaches || !reads)
    return {
      command: plain,
      note: "skipped: the unreadable file, since root reads everything and `nobody` cannot reach this checkout",
    };
  mkdirSync(data);
  chmodSync(data, 0o777);
  chmodSync(folder, 0o755);
  return { command: [...drop, ...plain], note: null };
}
