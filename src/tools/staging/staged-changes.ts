import type { FileChange } from "../../shared/change.ts";

/** What the host takes over from untrusted layers at most. Beyond it nothing is taken over. */
export interface StagingLimits {
  /** Files and folders that one call may change. */
  readonly changes: number;
  /** Entries that are looked at in layers and grants while finding them. */
  readonly entries: number;
  readonly depth: number;
  readonly fileBytes: number;
  readonly totalBytes: number;
  /** Longer diffs are cut, and say so. */
  readonly diffCharacters: number;
}

export const stagingLimits: StagingLimits = {
  changes: 1000,
  entries: 20_000,
  depth: 64,
  fileBytes: 64_000_000,
  totalBytes: 256_000_000,
  diffCharacters: 20_000,
};

export interface CommitReport {
  /** Paths as in `FileChange.path`. */
  readonly written: readonly string[];
  /** Sentences: which change was not made, and why. */
  readonly refused: readonly string[];
}

/**
 * The changes of one call, held in a private folder of the host: what is listed is what a commit writes. The owner
 * commits or discards them, once.
 */
export interface StagedChanges {
  readonly list: readonly FileChange[];
  /**
   * Writes what is not refused, each file at once or not at all, and lets everything go. Nothing is deleted unless all
   * else was written, so that a move never loses a file.
   */
  commit(): Promise<CommitReport>;
  /** Lets everything go, unwritten. Does nothing after a commit. */
  discard(): Promise<void>;
}
