import {
  createPrivateKey,
  createPublicKey,
  createSecretKey,
  generateKeyPairSync,
  type KeyObject,
  randomBytes,
} from "node:crypto";
import { closeSync, existsSync, fsyncSync, openSync, readFileSync, renameSync, writeSync } from "node:fs";
import { join } from "node:path";
import { IndoorsError, messageOf } from "../../shared/errors.ts";

/** What makes rows and anchors ours. */
export interface AuditKeys {
  /** 32 bytes: the key of the rows' macs. */
  readonly mac: KeyObject;
  readonly anchor: KeyObject;
  readonly anchorPublic: KeyObject;
}

/**
 * Reads the keys of the audit folder; a new log gets new ones. Files of 0600, for want of a key store of the operating
 * system: who can run programs as this user can read them, which is why anchors are kept elsewhere.
 * @throws IndoorsError `audit.unwritable` when a log is there and its keys are not.
 */
export function openKeys(folder: string, isNewLog: boolean): AuditKeys {
  const macFile = join(folder, "audit.key");
  const anchorFile = join(folder, "anchor.key");
  const publicFile = join(folder, "anchor.pub");
  if (isNewLog) {
    if (!existsSync(macFile)) create(macFile, randomBytes(32), 0o600);
    if (!existsSync(anchorFile)) {
      const { privateKey } = generateKeyPairSync("ed25519");
      create(anchorFile, privateKey.export({ type: "pkcs8", format: "pem" }), 0o600);
    }
  }
  try {
    const bytes = readFileSync(macFile);
    if (bytes.length !== 32) throw new Error(`${macFile} has ${bytes.length} bytes, not 32`);
    const mac = createSecretKey(bytes);
    const anchor = createPrivateKey(readFileSync(anchorFile));
    const anchorPublic = createPublicKey(anchor);
    if (!existsSync(publicFile)) create(publicFile, anchorPublic.export({ type: "spki", format: "pem" }), 0o644);
    return { mac, anchor, anchorPublic };
  } catch (thrown) {
    throw new IndoorsError(
      "audit.unwritable",
      `The audit log cannot be written: ${folder}. Its keys cannot be used (${messageOf(thrown)}). ` +
        "Bring them back from a backup, or move the whole folder away, keep it, and begin a new log.",
    );
  }
}

/** Makes a file: whole and on disk, or not there. */
function create(file: string, bytes: string | Buffer, mode: number): void {
  const opened = openSync(`${file}.new`, "w", mode);
  try {
    writeSync(opened, typeof bytes === "string" ? Buffer.from(bytes) : bytes);
    fsyncSync(opened);
  } finally {
    closeSync(opened);
  }
  renameSync(`${file}.new`, file);
}
