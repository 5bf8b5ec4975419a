import type { BigIntStats } from "node:fs";
import type { FileChange } from "../../shared/change.ts";
import type { HeldFolder } from "./held-folder.ts";

/** The granted folder of a layer, held open from the first look until the commit. */
export interface HeldGrant {
  readonly name: string;
  /** Its real path. */
  readonly path: string;
  readonly folder: HeldFolder;
}

/** A change with what a commit needs to know. */
export interface PendingChange {
  readonly shown: FileChange;
  readonly grant: HeldGrant;
  /** The names from the grant down. */
  readonly names: readonly string[];
  /** What is to be there: the host's own copy of a file, an empty folder, nothing. */
  readonly becomes: { readonly copy: string } | "folder" | "nothing";
  /** What was there when the diff was made. */
  readonly before: { readonly stats: BigIntStats; readonly sha256: string | null } | null;
}
