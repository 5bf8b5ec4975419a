import { z } from "zod";

/** How one person wants the desktop. Kept by the host; an unknown value falls back to its default. */
export const preferences = z.strictObject({
  /** A language of renderer/text by its code, or that of the system. */
  language: z.string().min(1),
  theme: z.enum(["system", "light", "dark"]),
  /** Size of everything: 1 is 100 %. */
  scale: z.number().min(1).max(2),
  /** The microphone by its label; null: the system's. */
  microphone: z.string().nullable(),
  /** Models by name; null: the best there is. */
  speechModel: z.string().nullable(),
  chatModel: z.string().nullable(),
  /** The language of recordings, a code or `auto`. */
  speechLanguage: z.string(),
  /** Whether the first run was gone through. */
  welcomed: z.boolean(),
});
export type Preferences = z.infer<typeof preferences>;

export const defaultPreferences: Preferences = {
  language: "system",
  theme: "system",
  scale: 1,
  microphone: null,
  speechModel: null,
  chatModel: null,
  speechLanguage: "auto",
  welcomed: false,
};
