import { z } from "zod";

const rectangle = z.object({ x: z.int(), y: z.int(), width: z.int().min(1), height: z.int().min(1) });
export type Rectangle = z.infer<typeof rectangle>;

/** What is kept of a window between two starts: where it was, and how it looked, so that the first frame is right. */
export const windowMemory = z.object({
  bounds: rectangle.nullable().catch(null),
  maximized: z.boolean().catch(false),
  theme: z.enum(["system", "light", "dark"]).catch("system"),
  scale: z.number().min(1).max(2).catch(1),
});
export type WindowMemory = z.infer<typeof windowMemory>;

const smallest = { width: 960, height: 640 };
const usual = { width: 1280, height: 800 };

/**
 * Where the window goes. Where it was, if enough of it can be seen and taken hold of there; else in the middle of the
 * first screen, and never larger than that screen.
 */
export function windowBounds(
  remembered: Rectangle | null,
  screens: readonly Rectangle[],
): { readonly x?: number; readonly y?: number; readonly width: number; readonly height: number } {
  const first = screens[0];
  const width = Math.max(smallest.width, Math.min(remembered?.width ?? usual.width, first?.width ?? usual.width));
  const height = Math.max(smallest.height, Math.min(remembered?.height ?? usual.height, first?.height ?? usual.height));
  if (remembered === null) return { width, height };
  // The title bar is what one holds: its middle third has to be on a screen.
  const grip = { left: remembered.x + remembered.width / 3, right: remembered.x + (remembered.width * 2) / 3 };
  const seen = screens.some(
    (screen) =>
      remembered.y >= screen.y &&
      remembered.y + 40 <= screen.y + screen.height &&
      grip.left >= screen.x &&
      grip.right <= screen.x + screen.width,
  );
  return seen
    ? {
        x: remembered.x,
        y: remembered.y,
        width: Math.max(smallest.width, remembered.width),
        height: Math.max(smallest.height, remembered.height),
      }
    : { width, height };
}
