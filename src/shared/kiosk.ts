import { z } from "zod";

/** The views of the desktop, by the names that the configuration uses. */
export const viewName = z.enum([
  "home",
  "chat",
  "recordings",
  "agents",
  "audit",
  "models",
  "settings",
  "about",
  "connections",
]);
export type ViewName = z.infer<typeof viewName>;

/** `kiosk.json`: a machine that strangers use. */
export const kioskConfig = z.strictObject({
  version: z.literal(1),
  /** What can be reached; the first is shown after the start screen. */
  views: z
    .array(viewName)
    .min(1)
    .refine(
      (views) => !views.includes("connections"),
      "connections are not for strangers: it is never a view of a kiosk",
    ),
  /** Seconds without a touch until the countdown, and its length. Then the start screen, and nothing of the last person. */
  idleSeconds: z.int().min(5).max(3600),
  countdownSeconds: z.int().min(3).max(120),
  /** `scrypt$N$r$p$salt$hash`, both in base64; made by `indoors kiosk pin`. */
  pin: z.string().regex(/^scrypt\$\d+\$\d+\$\d+\$[A-Za-z0-9+/=]+\$[A-Za-z0-9+/=]+$/),
  /** The one folder exports go to, such as a mounted stick; null: no export at all. */
  exportFolder: z.string().nullable(),
  /** What is said on the start screen, in the language of the place. */
  title: z.string().max(80).optional(),
  note: z.string().max(400).optional(),
});
export type KioskConfig = z.infer<typeof kioskConfig>;

/** What the window may know of it. */
export const kioskView = kioskConfig.omit({ pin: true, version: true });
export type KioskView = z.infer<typeof kioskView>;
