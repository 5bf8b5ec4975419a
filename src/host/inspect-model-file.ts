import { open, stat } from "node:fs/promises";
import { totalmem } from "node:os";
import { basename } from "node:path";
import { IndoorsError } from "../shared/errors.ts";
import type { ModelFormat, ModelRole } from "../shared/model.ts";
import { checkGgmlFile } from "./ggml-file.ts";

/** What a file turned out to be, from its own bytes. */
export interface InspectedModel {
  readonly format: ModelFormat;
  readonly role: ModelRole;
  readonly architecture: string;
  /** Memory that loading it takes. */
  readonly needBytes: number;
  readonly bytes: number;
}

/** Reads a GGUF header; the LLM worker's `inspect`. */
export type InspectGguf = (path: string) => Promise<{
  readonly architecture: string;
  readonly needBytes: number;
  readonly embeddingModel: boolean;
}>;

/** Architectures of GGUF files that the speech engine loads. Source: transcribe-cpp's list of families. */
const speechArchitectures = ["whisper", "parakeet", "moonshine", "voxtral", "canary", "sensevoice", "sortformer"];

/** Throws the refusal of a file as a model. `reason` is for programs, the sentence for people. */
export function refuse(path: string, reason: string, why: string, remedy: string): never {
  throw new IndoorsError("model.refused", `${basename(path)} was not imported. ${why} ${remedy}`, { reason, path });
}

/**
 * Says what model a file is: by its magic bytes, then by whether all of it is there, then by what it needs.
 * @throws IndoorsError `file.unreadable`; `model.refused` with reason not-a-model, truncated, wrong-architecture,
 * too-big.
 */
export async function inspectModelFile(path: string, inspectGguf: InspectGguf): Promise<InspectedModel> {
  const bytes = (
    await stat(path).catch((error: Error) => {
      throw new IndoorsError("file.unreadable", `${path} cannot be read: ${error.message}.`);
    })
  ).size;
  const inspected = await inspectByMagic(path, bytes, inspectGguf);
  const haveBytes = totalmem();
  if (inspected.needBytes > haveBytes) {
    const [have, need] = [haveBytes, inspected.needBytes].map(inGigabytes);
    refuse(
      path,
      "too-big",
      `It is too big for this machine's memory: have ${have}, needs ${need}.`,
      "Import a smaller one.",
    );
  }
  return inspected;
}

/** Memory of a speech model: the weights, and work space for one window: about a third more, at least 150 MB. */
export function speechNeedBytes(bytes: number): number {
  return Math.round(bytes * 1.33 + 150e6);
}

/** Bytes as people read them. */
export function inGigabytes(bytes: number): string {
  return bytes >= 1e9 ? `${(bytes / 1e9).toFixed(1)} GB` : `${Math.max(1, Math.round(bytes / 1e6))} MB`;
}

async function inspectByMagic(path: string, bytes: number, inspectGguf: InspectGguf): Promise<InspectedModel> {
  const head = await readHead(path, 16);
  if (head.subarray(0, 4).toString("latin1") === "GGUF") {
    const { architecture, needBytes, embeddingModel } = await inspectGguf(path);
    const role = speechArchitectures.some((known) => architecture.startsWith(known))
      ? "speech"
      : embeddingModel
        ? "embedding"
        : "chat";
    return { format: "gguf", role, architecture, needBytes, bytes };
  }
  if (head.length >= 4 && head.readUInt32LE() === 0x67_67_6d_6c) {
    const check = await checkGgmlFile(path);
    if (check.ok) {
      const architecture = check.model.multilingual ? "whisper" : "whisper (English only)";
      return { format: "ggml", role: "speech", architecture, needBytes: speechNeedBytes(bytes), bytes };
    }
    if (check.reason === "truncated") {
      refuse(
        path,
        "truncated",
        "The file is truncated: it ends in the middle of a tensor.",
        "Copy it again from its source.",
      );
    }
    refuse(
      path,
      check.reason,
      "It is a ggml file, but not a Whisper model.",
      "Import a Whisper model for speech or a GGUF for chat.",
    );
  }
  // ONNX is a protocol buffer: field 1 (the IR version), a small number, comes first.
  if (/\.onnx$/i.test(path) && head[0] === 0x08 && (head[1] ?? 99) < 20) {
    return { format: "onnx", role: "voice-activity", architecture: "onnx", needBytes: bytes * 3, bytes };
  }
  const why = bytes === 0 ? "The file is empty." : "The file is not a model: its first bytes are of no known format.";
  return refuse(path, "not-a-model", why, "Import a .gguf, a whisper.cpp .bin or a Silero .onnx file.");
}

async function readHead(path: string, length: number): Promise<Buffer> {
  const file = await open(path, "r").catch((error: Error) => {
    throw new IndoorsError("file.unreadable", `${path} cannot be read: ${error.message}.`);
  });
  try {
    const buffer = Buffer.alloc(length);
    const { bytesRead } = await file.read(buffer, 0, length, 0);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}
