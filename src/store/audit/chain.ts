import { createHmac, hash, type KeyObject } from "node:crypto";

/** A row as it is stored. docs/audit-format.md says what goes into `digest` and `mac`, to the byte. */
export interface StoredRow {
  readonly seq: number;
  readonly id: string;
  readonly time: string;
  readonly mono: number;
  readonly boot: string;
  readonly session: string;
  readonly actor_kind: string;
  readonly actor_name: string;
  readonly action: string;
  readonly phase: string;
  readonly ref: string | null;
  readonly run_id: string | null;
  readonly subject: string;
  /** JSON, as written: the digest is over these characters. */
  readonly facts: string;
  /** JSON of salted hashes by name, as written. */
  readonly content: string;
  /** SHA-256 of the row's salt, or null when the row has no content. Lets a changed salt be noticed. */
  readonly salt_digest: string | null;
  readonly digest: string;
  readonly mac: string;
}

/** The columns that the digest covers, in its order. */
export const chainedColumns = [
  ...["seq", "id", "time", "mono", "boot", "session", "actor_kind", "actor_name", "action", "phase"],
  ...["ref", "run_id", "subject", "facts", "content", "salt_digest"],
] as readonly (keyof StoredRow)[];

/** What stands before the first row. */
export interface LogOrigin {
  readonly format: number;
  readonly log_id: string;
  readonly created: string;
}

/** The digest before the first row: of a log id that is random, so no two logs can be continued alike. Hex. */
export function genesisDigest(origin: LogOrigin): string {
  return hash("sha256", JSON.stringify(["indoors-audit/1", origin.format, origin.log_id, origin.created]), "hex");
}

/** The digest of a row after the one with digest `previous`. Hex. */
export function rowDigest(previous: string, row: Omit<StoredRow, "digest" | "mac">): string {
  const canonical = JSON.stringify(chainedColumns.map((column) => row[column as keyof typeof row]));
  return hash("sha256", Buffer.concat([Buffer.from(previous, "hex"), Buffer.from(canonical, "utf8")]), "hex");
}

/** Who knows the key wrote it. Hex. */
export function rowMac(key: KeyObject, digest: string): string {
  return createHmac("sha256", key).update(Buffer.from(digest, "hex")).digest("hex");
}

/** The hash that stands for content in the chain. Without the salt nobody can guess what it was of. Hex. */
export function contentHash(salt: Buffer, value: string): string {
  return createHmac("sha256", salt).update(value, "utf8").digest("hex");
}

export function saltDigest(salt: Buffer): string {
  return hash("sha256", salt, "hex");
}

/** JSON with the keys in order, so that the same facts are the same bytes. */
export function canonicalJson(values: Readonly<Record<string, string | number | boolean | null>>): string {
  const sorted = Object.entries(values).sort(([a], [b]) => (a < b ? -1 : a > b ? 1 : 0));
  // Not through an object: that would put names like "10" in an order of their own.
  return `{${sorted.map((pair) => pair.map((part) => JSON.stringify(part)).join(":")).join(",")}}`;
}
