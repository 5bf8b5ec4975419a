import { execFile } from "node:child_process";
import { readFile, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { basename, dirname, extname, join, resolve } from "node:path";
import { parseArgs, promisify } from "node:util";
import { z } from "zod";
import { decode } from "../engines/audio/decode.ts";
import { wavBytes } from "../engines/speech/wav-bytes.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { speechEngineName } from "../shared/speech.ts";
import { errorRate, normaliseForComparison, type WordErrors, wordErrors } from "../speech/word-error-rate.ts";
import { startSpeechRig } from "./speech-rig.ts";

const usage = `Word error rate of the whole pipeline (decode, voice activity, windows, engine) on clips with known words.

  node src/verify/wer.ts --data FOLDER --model PATH [--engine transcribe-cpp|whisper-node] [--vad PATH]
       [--clips N] [--match TEXT] [--threads N] [--whisper-cli "COMMAND WITH OPTIONS"]… [--json]

FOLDER holds the clips; its parent's index.json names them with their words. --whisper-cli runs that command
with "-m MODEL -t THREADS -l LANGUAGE -nt -f WAV" added on the same clips; it may be given more than once.`;

const index = z.array(
  z.object({
    file: z.string(),
    transcript: z.string().optional(),
    lang: z.string().optional(),
    seconds: z.number().optional(),
  }),
);

interface Clip {
  readonly name: string;
  readonly path: string;
  readonly language: string;
  readonly reference: readonly string[];
}

interface Measured {
  readonly system: string;
  readonly clips: readonly { readonly clip: string; readonly wer: number; readonly text: string }[];
  readonly wer: number;
  readonly words: number;
  readonly edits: Pick<WordErrors, "substitutions" | "deletions" | "insertions">;
  readonly seconds: number;
}

const { values: options } = parseArgs({
  options: {
    data: { type: "string" },
    engine: { type: "string", default: "transcribe-cpp" },
    model: { type: "string" },
    vad: { type: "string", default: "models/silero-vad-v6.onnx" },
    clips: { type: "string" },
    match: { type: "string", default: "" },
    threads: { type: "string", default: "2" },
    "whisper-cli": { type: "string", multiple: true, default: [] },
    json: { type: "boolean", default: false },
    help: { type: "boolean", default: false },
  },
});

try {
  await main();
} catch (thrown) {
  console.error(messageOf(thrown));
  process.exitCode = 1;
}

async function main(): Promise<void> {
  if (options.help || options.data === undefined || options.model === undefined) {
    console.log(usage);
    process.exitCode = options.help ? 0 : 2;
    return;
  }
  const modelPath = resolve(options.model);
  const engine = speechEngineName.parse(options.engine);
  const clips = await chooseClips(resolve(options.data), await isEnglishOnly(modelPath));
  const threads = Number(options.threads);
  const rig = await startSpeechRig({ engine, modelPath, voiceActivityPath: resolve(options.vad), threads });
  const measured: Measured[] = [];
  try {
    measured.push(
      await measure(engine, clips, async (clip) => (await rig.transcribe(clip.path, { language: clip.language })).text),
    );
  } finally {
    await rig.dispose();
  }
  for (const command of options["whisper-cli"]) {
    measured.push(await measure(command, clips, (clip) => runWhisperCli(command, clip, modelPath, threads)));
  }
  if (options.json) console.log(JSON.stringify({ model: basename(modelPath), threads, measured }, null, 2));
  else print(measured);
}

async function chooseClips(folder: string, englishOnly: boolean): Promise<Clip[]> {
  const indexPath = join(dirname(folder), "index.json");
  const text = await readFile(indexPath, "utf8").catch(() => {
    throw new IndoorsError(
      "file.unreadable",
      `Reading the list of clips failed: ${indexPath}. Give the folder that holds the clips, beside its index.json.`,
    );
  });
  const prefix = `${basename(folder)}/`;
  const known = new Set([".wav", ".flac", ".mp3", ".ogg", ".opus"]);
  const clips = index.parse(JSON.parse(text)).flatMap(({ file, transcript, lang }) => {
    const reference = normaliseForComparison(transcript ?? "");
    const usable =
      file.startsWith(prefix) && file.includes(options.match) && known.has(extname(file)) && reference.length > 0;
    if (!usable || (englishOnly && lang !== "en")) return [];
    return [
      { name: file.slice(prefix.length), path: join(dirname(folder), file), language: lang ?? "auto", reference },
    ];
  });
  return options.clips === undefined ? clips : clips.slice(0, Number(options.clips));
}

/** The vocabulary of the English Whisper models has 51,864 entries; it stands after the magic number of a ggml file. */
async function isEnglishOnly(modelPath: string): Promise<boolean> {
  const header = (await readFile(modelPath)).subarray(0, 8);
  return header.readUInt32LE(0) === 0x67676d6c && header.readUInt32LE(4) === 51_864;
}

async function measure(
  system: string,
  clips: readonly Clip[],
  hear: (clip: Clip) => Promise<string>,
): Promise<Measured> {
  const started = performance.now();
  const results: { clip: string; wer: number; text: string }[] = [];
  const total = { substitutions: 0, deletions: 0, insertions: 0, referenceWords: 0 };
  for (const clip of clips) {
    const text = await hear(clip);
    const errors = wordErrors(clip.reference, normaliseForComparison(text));
    results.push({ clip: clip.name, wer: errorRate(errors), text });
    total.substitutions += errors.substitutions;
    total.deletions += errors.deletions;
    total.insertions += errors.insertions;
    total.referenceWords += errors.referenceWords;
    // Said at once, so that a run that is ended early has not measured for nothing.
    process.stderr.write(
      `${percent(errorRate(errors))}  ${results.length} of ${clips.length}  ${clip.name}  ${system}\n`,
    );
  }
  const { referenceWords, ...edits } = total;
  const seconds = (performance.now() - started) / 1000;
  return { system, clips: results, wer: errorRate(total), words: referenceWords, edits, seconds };
}

async function runWhisperCli(command: string, clip: Clip, modelPath: string, threads: number): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "indoors-wer-"));
  try {
    const pcmPath = join(folder, "clip.pcm");
    const wavPath = join(folder, "clip.wav");
    await decode({ path: clip.path, pcmPath, ffmpegPath: null }, new AbortController().signal, () => {});
    await writeFile(wavPath, wavBytes(await readFile(pcmPath)));
    const [program = "", ...given] = command.split(" ").filter((part) => part !== "");
    const added = ["-m", modelPath, "-t", String(threads), "-l", clip.language, "-nt", "-np", "-f", wavPath];
    const { stdout } = await promisify(execFile)(program, [...given, ...added], { maxBuffer: 16 * 1024 * 1024 });
    return stdout.replace(/\s+/gu, " ").trim();
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function print(measured: readonly Measured[]): void {
  const [ours, ...others] = measured;
  if (ours === undefined) return;
  for (const [row, { clip }] of ours.clips.entries()) {
    console.log(`${measured.map((system) => percent(system.clips[row]?.wer ?? 0)).join(" ")}  ${clip}`);
  }
  for (const { system, wer, words, edits, seconds } of measured) {
    console.log(
      `${percent(wer)}  ${system}: ${ours.clips.length} clips, ${words} words, ` +
        `${edits.substitutions} substituted, ${edits.deletions} missing, ${edits.insertions} added, ${seconds.toFixed(1)} s`,
    );
  }
  for (const other of others) {
    const points = (ours.wer - other.wer) * 100;
    console.log(`${points > 0 ? "+" : ""}${points.toFixed(2)} points against: ${other.system}`);
  }
}

function percent(rate: number): string {
  return `${(rate * 100).toFixed(1)} %`.padStart(8);
}
