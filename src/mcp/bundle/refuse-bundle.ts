import { basename } from "node:path";
import { IndoorsError, messageOf } from "../../shared/errors.ts";

/** Why a bundle is refused, for programs. */
export type Refusal =
  | "not-a-bundle"
  | "damaged"
  | "too-big"
  | "entry"
  | "manifest"
  | "signature"
  | "sha256"
  | "fault"
  | "there-already";

/** The refusal of a bundle. `reason` is for programs, the sentences for people. */
export function refusal(path: string, reason: Refusal, why: string, remedy: string, data: object = {}): IndoorsError {
  return new IndoorsError("server.refused", `${basename(path)} was not accepted as a server. ${why} ${remedy}`, {
    ...{ reason, path },
    ...data,
  });
}

/** A file or folder that cannot be read. */
export function unreadable(path: string, error: unknown): IndoorsError {
  return new IndoorsError(
    "file.unreadable",
    `${path} cannot be read: ${messageOf(error)}. Check the path and its rights.`,
  );
}
