// Reads one bundle that may have been made to harm its reader, in a process that ends with it. Nothing of the bundle is run.
import { createHash } from "node:crypto";
import { chmod, type FileHandle, mkdir, open, realpath, stat } from "node:fs/promises";
import { join } from "node:path";
import { type Implementation, serve } from "../../shared/contract.ts";
import { type IndoorsError, throwIfCancelled } from "../../shared/errors.ts";
import { processChannel } from "../../shared/process-channel.ts";
import { bundleLimits } from "./bundle-limits.ts";
import { copyFile } from "./copy-file.ts";
import { listFolder, readFolder } from "./folder-bundle.ts";
import { readManifest } from "./manifest.ts";
import { type BundleContent, readerContract } from "./reader-contract.ts";
import { refusal, unreadable } from "./refuse-bundle.ts";
import { sha256OfListing } from "./sha256-listing.ts";
import { BrokenSignature, checkSignature, findSignature, type Signer } from "./signature.ts";
import { syncTree } from "./sync-tree.ts";
import { openZipBundle, type ZipBundle } from "./zip-bundle.ts";

const tellEveryBytes = 4_000_000;

const channel = processChannel(process);
const implementation: Implementation<typeof readerContract> = {
  async look({ path, expectedSha256, copyTo }, signal) {
    const found = await stat(path).catch((error: unknown) => {
      throw unreadable(path, error);
    });
    try {
      if (found.isDirectory()) return await lookAtFolder(path, expectedSha256, copyTo, signal);
      return await lookAtFile(path, found.size, expectedSha256, copyTo, signal);
    } catch (error) {
      const ofTheSystem = error instanceof Error && "syscall" in error;
      throw ofTheSystem ? unreadable(path, error) : error;
    }
  },
  async unpack({ mayRun }, signal) {
    if (copied === undefined) throw new Error("nothing was copied");
    const { zip, files } = copied;
    await mkdir(files, { mode: 0o700 });
    await zip.unpack(files, { mayRun, onBytes: teller(zip.files.reduce((sum, { bytes }) => sum + bytes, 0)), signal });
    await syncTree(files);
    return {};
  },
};
const server = serve(channel, readerContract, implementation, {
  onFault: (fault, where) =>
    void process.stderr.write(`${where}: ${fault instanceof Error ? fault.stack : String(fault)}\n`),
});
channel.onClose(() => process.exit());

/** The copy that was looked at. */
let copied: { readonly zip: ZipBundle; readonly files: string } | undefined;

async function lookAtFile(
  path: string,
  size: number,
  expectedSha256: string | null,
  copyTo: string | null,
  signal: AbortSignal,
): Promise<BundleContent> {
  if (size > bundleLimits.bytes) {
    throw refusal(
      path,
      "too-big",
      `It is larger than ${bundleLimits.bytes / 1e6} MB.`,
      "Ask its maker for a smaller one.",
    );
  }
  const copy = copyTo === null ? null : join(copyTo, "bundle.mcpb");
  const real = await realpath(path);
  const { sha256, bytes } = await copyFile(real, { to: copy, maxBytes: size, onBytes: teller(size), signal });
  compare(path, expectedSha256, sha256);
  const file = await open(copy ?? real, "r");
  const signature = await signatureOf(path, file, bytes, signal);
  const zip = await openZipBundle(path, file, signature.contentBytes);
  const manifest = await zip.read("manifest.json", bundleLimits.manifestBytes);
  if (manifest === undefined) throw noManifest(path);
  if (copyTo === null) await file.close();
  else copied = { zip, files: join(copyTo, "files") };
  return {
    ...{ kind: "mcpb", manifest: readManifest(path, manifest.toString("utf8")), sha256, bytes },
    ...{ names: zip.files.map(({ name }) => name), signer: signature.signer },
  };
}

async function signatureOf(
  path: string,
  file: FileHandle,
  bytes: number,
  signal: AbortSignal,
): Promise<{ readonly signer: Signer | null; readonly contentBytes: number }> {
  try {
    const block = await findSignature(file, bytes);
    if (block === null) return { signer: null, contentBytes: bytes };
    const signer = await checkSignature(block.der, (algorithm) => digest(file, block.contentBytes, algorithm, signal));
    return { signer, contentBytes: block.contentBytes };
  } catch (error) {
    if (!(error instanceof BrokenSignature)) throw error;
    throw refusal(path, "signature", error.message, "Get it anew from its publisher.");
  }
}

async function digest(file: FileHandle, bytes: number, algorithm: string, signal: AbortSignal): Promise<Buffer> {
  const hash = createHash(algorithm);
  const buffer = Buffer.allocUnsafe(1024 * 1024);
  const tell = teller(bytes);
  for (let at = 0; at < bytes;) {
    throwIfCancelled(signal);
    const { bytesRead } = await file.read(buffer, 0, Math.min(buffer.length, bytes - at), at);
    if (bytesRead === 0) break;
    hash.update(buffer.subarray(0, bytesRead));
    at += bytesRead;
    tell(bytesRead);
  }
  return hash.digest();
}

async function lookAtFolder(
  path: string,
  expectedSha256: string | null,
  copyTo: string | null,
  signal: AbortSignal,
): Promise<BundleContent> {
  const files = await listFolder(path, signal);
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const into = copyTo === null ? null : join(copyTo, "files");
  const read = await readFolder(files, into, { onBytes: teller(bytes), signal });
  const sha256 = sha256OfListing(read);
  compare(path, expectedSha256, sha256);
  const listed = files.find((file) => file.path === "manifest.json");
  if (listed === undefined) throw noManifest(path);
  if (listed.bytes > bundleLimits.manifestBytes) {
    throw refusal(path, "manifest", "Its manifest.json is larger than 1 MB.", "Choose the server's own folder.");
  }
  const text = await readText(into === null ? listed.source : join(into, "manifest.json"));
  const manifest = readManifest(path, text);
  if (into !== null) {
    if (manifest.server.type === "binary") {
      for (const file of files) if (file.executable) await chmod(join(into, file.path), 0o700);
    }
    await syncTree(into);
  }
  return { kind: "folder", manifest, sha256, bytes, names: files.map((file) => file.path), signer: null };
}

async function readText(path: string): Promise<string> {
  const file = await open(path, "r");
  try {
    const buffer = Buffer.alloc(bundleLimits.manifestBytes);
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.toString("utf8", 0, bytesRead);
  } finally {
    await file.close();
  }
}

function compare(path: string, expected: string | null, actual: string): void {
  if (expected === null || expected === actual) return;
  throw refusal(
    path,
    "sha256",
    `Its SHA-256 is ${actual}; it should be ${expected}.`,
    "It was changed or damaged on the way: get it anew, and compare the value with its publisher's.",
    { expected, actual },
  );
}

function noManifest(path: string): IndoorsError {
  return refusal(
    path,
    "not-a-bundle",
    "There is no manifest.json in it.",
    "Choose a .mcpb file, or a folder with a manifest.json at its top, as `mcpb init` writes one.",
  );
}

/** Tells of progress now and then. */
function teller(total: number): (bytes: number) => void {
  let [done, told] = [0, 0];
  return (bytes) => {
    done += bytes;
    if (done - told < tellEveryBytes && done < total) return;
    told = done;
    server.emit("progress", { done, total });
  };
}
