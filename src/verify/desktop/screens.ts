import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { here } from "../../setup/house.mjs";

/** Where the pictures of a test run are kept, for people to look at. Not in git. */
export const screensFolder = join(here.root, ".state", "screens");

/** Keeps a picture of the window as `NAME.png`. */
export async function keepScreen(page: Page, name: string): Promise<void> {
  mkdirSync(screensFolder, { recursive: true });
  await page.screenshot({ path: join(screensFolder, `${name}.png`), timeout: 15_000 });
}
