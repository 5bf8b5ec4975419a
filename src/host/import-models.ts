import { createHash } from "node:crypto";
import { createReadStream, createWriteStream } from "node:fs";
import { readdir, readFile, rename, rm, stat, open } from "node:fs/promises";
import { basename, dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { IndoorsError, messageOf, throwIfCancelled } from "../shared/errors.ts";
import type { InstalledModel, ManifestModel, ModelRole } from "../shared/model.ts";
import { inspectModelFile, type InspectGguf, type InspectedModel, refuse } from "./inspect-model-file.ts";
import { sha256File } from "./sha256-file.ts";

export interface ImportRequest {
  /** A file, or a folder (a USB stick) of which every model is imported. */
  readonly path: string;
  /** Only for a single file; else the file's own name without its ending. */
  readonly name: string | null;
  /** When the file itself does not tell. */
  readonly role: ModelRole | null;
}

export interface ImportPorts {
  readonly modelsFolder: string;
  readonly manifest: readonly ManifestModel[];
  /** Names that are taken, with what is behind them. */
  readonly installed: () => readonly InstalledModel[];
  readonly inspectGguf: InspectGguf;
  /** Loads the model and makes it work for a moment; rejects when it cannot. */
  readonly smokeTest: (model: InstalledModel, signal: AbortSignal) => Promise<void>;
  /** Writes the model into the store; the last step. */
  readonly record: (model: InstalledModel) => void;
  readonly onProgress: (name: string, phase: string, done: number, total: number) => void;
}

export interface ImportOutcome {
  readonly imported: InstalledModel[];
  readonly refused: { path: string; reason: string; message: string }[];
}

const modelFile = /\.(gguf|bin|onnx)$/i;

/**
 * Imports models. Each file is checked in this order: magic bytes, whole length, sha256, memory, a short smoke test;
 * then it is copied under a temporary name, hashed again as copied, and renamed. A refused file changes nothing and
 * stops no other.
 */
export async function importModels(
  request: ImportRequest,
  ports: ImportPorts,
  signal: AbortSignal,
): Promise<ImportOutcome> {
  const found = await stat(request.path).catch(() => null);
  if (found === null) {
    throw new IndoorsError("file.unreadable", `${request.path} cannot be imported: it is not there. Check the path.`);
  }
  const files = found.isDirectory() ? await modelFilesIn(request.path, 3) : [request.path];
  if (files.length === 0) {
    throw new IndoorsError(
      "input.invalid",
      `There is no model in ${request.path}. A model is a .gguf, .bin or .onnx file, at most three folders deep.`,
    );
  }
  const outcome: ImportOutcome = { imported: [], refused: [] };
  for (const path of files) {
    throwIfCancelled(signal);
    try {
      const name = found.isDirectory() ? null : request.name;
      outcome.imported.push(await importFile({ ...request, path, name }, ports, signal));
    } catch (error) {
      if (signal.aborted || !(error instanceof IndoorsError)) throw error;
      const { reason } = (error.data ?? {}) as { reason?: string };
      outcome.refused.push({ path, reason: reason ?? error.code, message: error.message });
    }
  }
  return outcome;
}

async function importFile(request: ImportRequest, ports: ImportPorts, signal: AbortSignal): Promise<InstalledModel> {
  const { path } = request;
  const file = basename(path);
  const progress = (phase: string) => (done: number, total: number) => ports.onProgress(file, phase, done, total);

  const inspected = await inspectModelFile(path, ports.inspectGguf);
  const hashed = progress("checking");
  const sha256 = await sha256File(path, { signal, onProgress: (done) => hashed(done, inspected.bytes) });
  await compareWithKnown(path, inspected, sha256, ports.manifest);

  const installed = ports.installed();
  const same = installed.find((model) => model.sha256 === sha256);
  if (same !== undefined) {
    refuse(path, "already-here", `This model is already here as '${same.name}'.`, "Nothing needs to be done.");
  }
  const name =
    request.name ??
    file
      .replace(modelFile, "")
      .toLowerCase()
      .replaceAll(/[^a-z0-9._-]+/g, "-");
  if (!/^[a-z0-9][a-z0-9._-]*$/.test(name)) {
    refuse(
      path,
      "bad-name",
      `'${name}' cannot be a model's name.`,
      "Use small letters, digits, dots and dashes: --name NAME.",
    );
  }
  if (installed.some((model) => model.name === name)) {
    refuse(
      path,
      "name-taken",
      `Another model is called '${name}'.`,
      "Give this one another name with --name, or remove the other.",
    );
  }

  const target = join(ports.modelsFolder, `${name}${/\.[^.]+$/.exec(file)?.[0].toLowerCase() ?? ""}`);
  const model: InstalledModel = {
    name,
    path,
    role: request.role ?? inspected.role,
    format: inspected.format,
    purpose: purposeOf(inspected),
    licence: "not known to Indoors: see where the model came from",
    bytes: inspected.bytes,
    sha256,
    origin: "imported",
  };
  progress("trying it out")(0, 1);
  await smoke(model, ports, signal);
  await copyChecked(path, target, sha256, (done) => progress("copying")(done, inspected.bytes), signal);
  const imported = { ...model, path: target };
  ports.record(imported);
  return imported;
}

/** A file that claims to be a known one, by its name or a checksum beside it, must have those very bytes. */
async function compareWithKnown(
  path: string,
  inspected: InspectedModel,
  sha256: string,
  known: readonly ManifestModel[],
): Promise<void> {
  const twin = known.find((model) => model.bytes === inspected.bytes && model.format === inspected.format);
  const expected = (await checksumBeside(path)) ?? twin?.sha256 ?? null;
  if (expected !== null && expected !== sha256) {
    refuse(
      path,
      "checksum",
      `Its bytes are not those that were published${twin ? ` as ${twin.name}` : ""}: sha256 is ${sha256}, expected ${expected}.`,
      "Copy it again from its source.",
    );
  }
}

/** The checksum from FILE.sha256 or SHA256SUMS in the same folder, if there is one. Format: sha256sum's own. */
async function checksumBeside(path: string): Promise<string | null> {
  const file = basename(path);
  for (const beside of [`${path}.sha256`, join(dirname(path), "SHA256SUMS")]) {
    const text = await readFile(beside, "utf8").catch(() => "");
    for (const line of text.split("\n")) {
      const match = /^([0-9a-f]{64})(?:\s+\*?(.*))?$/i.exec(line.trim());
      if (match?.[1] && (match[2] === undefined || basename(match[2]) === file)) return match[1].toLowerCase();
    }
  }
  return null;
}

async function smoke(model: InstalledModel, ports: ImportPorts, signal: AbortSignal): Promise<void> {
  try {
    await ports.smokeTest(model, signal);
  } catch (error) {
    if (signal.aborted) throw error;
    refuse(
      model.path,
      "smoke-test",
      `It was loaded for a try and did not work: ${messageOf(error)}`,
      "Import another build of this model.",
    );
  }
}

async function copyChecked(
  from: string,
  target: string,
  sha256: string,
  onProgress: (done: number) => void,
  signal: AbortSignal,
): Promise<void> {
  const part = `${target}.part`;
  const hash = createHash("sha256");
  let done = 0;
  try {
    await pipeline(
      createReadStream(from, { highWaterMark: 1 << 20 }),
      async function* (pieces: AsyncIterable<Buffer>) {
        for await (const piece of pieces) {
          hash.update(piece);
          done += piece.length;
          onProgress(done);
          yield piece;
        }
      },
      createWriteStream(part, { mode: 0o600 }),
      { signal },
    );
    if (hash.digest("hex") !== sha256) {
      refuse(from, "changed", "The file changed while it was copied.", "Check the stick and import it again.");
    }
    const copied = await open(part, "r+");
    await copied.sync();
    await copied.close();
    await rename(part, target);
  } catch (error) {
    await rm(part, { force: true });
    if (signal.aborted) throw new IndoorsError("cancelled");
    if (error instanceof IndoorsError) throw error;
    refuse(from, "copy-failed", `It could not be copied: ${messageOf(error)}.`, "Check the free space and the stick.");
  }
}

async function modelFilesIn(folder: string, depth: number): Promise<string[]> {
  const files: string[] = [];
  for (const entry of await readdir(folder, { withFileTypes: true })) {
    const path = join(folder, entry.name);
    if (entry.isDirectory() && depth > 0) files.push(...(await modelFilesIn(path, depth - 1).catch(() => [])));
    else if (entry.isFile() && modelFile.test(entry.name)) files.push(path);
  }
  return files.sort();
}

function purposeOf(model: InspectedModel): string {
  switch (model.role) {
    case "speech":
      return `Turns speech into text (${model.architecture}).`;
    case "chat":
      return `Answers questions and uses tools (${model.architecture}).`;
    case "embedding":
      return `Finds text by meaning (${model.architecture}).`;
    case "voice-activity":
      return "Tells speech from silence and noise.";
    default:
      return "Data.";
  }
}
