import { IndoorsError } from "../../shared/errors.ts";
import { meaningOf } from "../store-failure.ts";

/** The error for a log that cannot be written: which file, why, what to do. Whoever gets it does not go on. */
export function unwritable(path: string, whyAndWhatToDo: string, data?: unknown): IndoorsError {
  return new IndoorsError(
    "audit.unwritable",
    `The audit log cannot be written, so nothing that must be in it is done: ${path}. ${whyAndWhatToDo}`,
    data,
  );
}

/** Turns what SQLite or the file system threw into `audit.unwritable`. A bug comes back unchanged. */
export function auditFailure(thrown: unknown, path: string): unknown {
  const meaning = meaningOf(thrown);
  if (meaning !== undefined) return unwritable(path, meaning, { sqlite: (thrown as { readonly code: string }).code });
  if (thrown instanceof IndoorsError && thrown.code === "store.unusable") return unwritable(path, thrown.message);
  const code = (thrown as NodeJS.ErrnoException).code;
  if (code === "ENOSPC") return unwritable(path, "The disk is full. Free some space and try again.");
  if (code === "EACCES" || code === "EPERM" || code === "EROFS") {
    return unwritable(path, "Your user may not write there. Allow it, or choose another folder with --data DIR.");
  }
  return thrown;
}
