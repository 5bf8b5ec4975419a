import { z } from "zod";

/** A change that a tool would make to a file of a granted folder. It is staged: the folder itself is untouched. */
export const fileChange = z.strictObject({
  /** `<grant name>/<path>`, as the model sees it, neutralised. */
  path: z.string(),
  kind: z.enum(["created", "modified", "deleted"]),
  bytesBefore: z.number().nullable(),
  bytesAfter: z.number().nullable(),
  sha256After: z.string().nullable(),
  /** Unified diff, neutralised, cut to what can be looked through; null when either side is not text. */
  diff: z.string().nullable(),
  /** Why this change is never written, whoever approves: a hook, a shell profile. Null when it may be. */
  refused: z.string().nullable(),
});
export type FileChange = z.infer<typeof fileChange>;
