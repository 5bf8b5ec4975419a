import { mkdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { violations } from "./accessibility.ts";
import { writeKioskFile } from "./kiosk-file.ts";
import { canOpenDesktop } from "./needs-desktop.ts";
import { type Desktop, openDesktop, temporaryFolder } from "./open-desktop.ts";
import { keepScreen } from "./screens.ts";

/** The smallest width and height of what can be touched, but for text in running text. Pixels. */
const smallTargets = `[...document.querySelectorAll("button, select, input, textarea, [role=button]")]
  .map((control) => [control.getBoundingClientRect(), (control.ariaLabel ?? control.innerText ?? "").slice(0, 30)])
  .filter(([box]) => box.width > 1 && box.height > 1 && (box.width < 56 || box.height < 56))
  .map(([box, name]) => name + " " + Math.round(box.width) + "x" + Math.round(box.height))`;

describe.skipIf(!canOpenDesktop)("a visit to a kiosk", { timeout: 120_000 }, () => {
  let folder: string;
  let desktop: Desktop;
  let page: Page;
  beforeAll(async () => {
    folder = temporaryFolder();
    mkdirSync(join(folder, "stick"));
    writeKioskFile(folder, { idleSeconds: 12, countdownSeconds: 8, note: "Speak, and take your text along." });
    desktop = await openDesktop({ args: ["--kiosk"], size: { width: 1080, height: 1920 }, dataFolder: folder });
    page = desktop.page;
  });
  afterAll(async () => {
    await desktop?.close();
    rmSync(folder, { recursive: true, force: true });
  });
  async function look(name: string): Promise<void> {
    for (const theme of ["light", "dark"]) {
      await page.evaluate(`document.documentElement.dataset.theme = ${JSON.stringify(theme)}`);
      await keepScreen(page, `${name}-${theme}`);
      expect(await violations(page), `${name} ${theme}`).toEqual([]);
    }
  }

  it("begins at a start screen, and shows the chosen views alone", async () => {
    await page.getByRole("button", { name: "Start", exact: true }).waitFor({ timeout: 30_000 });
    await look("kiosk-start");
    expect(await page.evaluate(smallTargets)).toEqual([]);
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("heading", { level: 1, name: "Recordings" }).waitFor();
    const links = await page.getByRole("navigation").getByRole("link").allInnerTexts();
    expect(links.map((link) => link.trim()).toSorted()).toEqual(["Chat", "Recordings"]);
    await look("kiosk-recordings");
    expect(await page.evaluate(smallTargets)).toEqual([]);
  });

  it("counts down when nobody is there, and clears what the last person left", async () => {
    await page.getByRole("link", { name: "Chat" }).click();
    const question = page.getByRole("textbox").last();
    await question.fill("what only I may see");
    await look("kiosk-chat");
    await page.getByText("Are you still there?").waitFor({ timeout: 30_000 });
    await look("kiosk-countdown");
    await page.getByRole("button", { name: "Start", exact: true }).waitFor({ timeout: 30_000 });
    await page.getByRole("button", { name: "Start", exact: true }).click();
    await page.getByRole("link", { name: "Chat" }).click();
    await page.getByRole("textbox").last().waitFor();
    expect(await page.locator("body").innerText()).not.toContain("what only I may see");
    expect(await page.getByRole("textbox").last().inputValue()).toBe("");
  });
});
