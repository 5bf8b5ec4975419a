import { z } from "zod";
import { sandboxLimits } from "./sandbox.ts";

/**
 * An execution image: what a sealed process finds and what it may use. `node` is built in; an administrator lists
 * others in the images file of the data folder.
 */
export const image = z.strictObject({
  name: z.string().regex(/^[a-z][a-z0-9-]{0,39}$/),
  description: z.string(),
  /** The language that `run_script` offers for it, and the program with the arguments that make it read a script on stdin. */
  language: z.string().regex(/^[a-z][a-z0-9+#-]{0,19}$/),
  /** Absolute path; `bundled-node` is the Node that Indoors runs on. */
  interpreter: z.string().min(1),
  arguments: z.array(z.string()),
  /** Absolute folders that the image sees read-only, at their own paths, besides the system's own libraries. */
  readOnly: z.array(z.string()),
  limits: sandboxLimits,
});
export type Image = z.infer<typeof image>;

export const imagesFile = z.strictObject({ version: z.literal(1), images: z.array(image) });
export type ImagesFile = z.infer<typeof imagesFile>;
