import { appendFileSync, chmodSync, cpSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { here } from "../../setup/house.mjs";
import { violations } from "./accessibility.ts";
import { dropFiles, giveToDialogs } from "./files-of-person.ts";
import { focused, press, reach } from "./keyboard.ts";
import { canOpenDesktop } from "./needs-desktop.ts";
import { type Desktop, openDesktop, temporaryFolder } from "./open-desktop.ts";
import { keepScreen } from "./screens.ts";

const sample = join(here.models, "apollo-13.wav");
const question = "Which crew member is named in the file mission-notes.txt?";
const views = ["home", "chat", "recordings", "agents", "audit", "models", "settings", "about", "connections"] as const;

/** Only the keyboard is used, but for the drop: what it cannot reach fails the journey. */
describe.skipIf(!canOpenDesktop)("a day with the desktop, by keyboard", { timeout: 240_000 }, () => {
  let desktop: Desktop;
  let folder: string;
  let page: Page;
  const seen = (words: string | RegExp, ms = 30_000) => page.getByText(words).first().waitFor({ timeout: ms });
  const heading = (name: string | RegExp) => page.getByRole("heading", { name }).first().waitFor({ timeout: 30_000 });
  /** Opens the list that has the focus, and takes what is typed. */
  async function choose(option: string): Promise<void> {
    await page.keyboard.press("Enter");
    await page.getByRole("option", { name: option }).waitFor({ timeout: 30_000 });
    await page.keyboard.type(option);
    await page.locator("[role=option][data-highlighted]", { hasText: option }).waitFor({ timeout: 30_000 });
    await page.keyboard.press("Enter");
  }
  async function look(name: string): Promise<void> {
    await page.locator("h1").first().waitFor({ timeout: 30_000 });
    await keepScreen(page, name);
    expect(await violations(page), name).toEqual([]);
  }

  beforeAll(async () => {
    folder = temporaryFolder();
    chmodSync(folder, 0o755);
    mkdirSync(join(folder, "mission"));
    writeFileSync(join(folder, "mission", "mission-notes.txt"), "Crew of the mission: the commander is Jim Lovell.\n");
    for (const name of ["first.wav", "second.wav", "third.wav"]) cpSync(sample, join(folder, name));
    writeFileSync(join(folder, "broken.mp3"), "this is no recording");
    desktop = await openDesktop();
    page = desktop.page;
    desktop.own(folder);
  }, 60_000);
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    await keepScreen(page, `failed-${task.name.slice(0, 24).replaceAll(/\W+/g, "-")}`).catch(() => {});
  });
  afterAll(async () => {
    await desktop?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("first run: is led through, and is over when it is done", async () => {
    await seen("Welcome to Indoors");
    await look("first-run-light");
    for (const next of ["Models", "Microphone", "The seal", "Your data"]) {
      await press(page, `Next: ${next}`);
      await reach(page, /^(Next: .*|Done)$/);
    }
    await press(page, "Done");
    await heading("Home");
    await seen("Turning speech into text");
    await look("home-light");
  });

  it("imports a model from a stick, and says why it refuses what is none", async () => {
    const stick = join(folder, "stick");
    mkdirSync(stick);
    // Another file than the one that came along, and it works as well: what follows the weights is not read.
    cpSync(join(here.models, "tinyllama-1.1b-chat-iq2_xxs.gguf"), join(stick, "from-a-stick.gguf"));
    appendFileSync(join(stick, "from-a-stick.gguf"), Buffer.alloc(64));
    writeFileSync(join(stick, "not-a-model.gguf"), "GGUF it is not");
    desktop.own(stick);
    await page.keyboard.press("Alt+6");
    await giveToDialogs(desktop, [stick]);
    await press(page, "Import from a stick or folder");
    await seen(/Imported and checked: from-a-stick/, 120_000);
    await seen(/not-a-model\.gguf/);
    await look("models-light");
  });

  it("drops recordings, one of them broken: the others are transcribed", async () => {
    await page.keyboard.press("Alt+3");
    await heading("Recordings");
    await look("recordings-empty-light");
    const files = ["first.wav", "broken.mp3", "second.wav"].map((name) => join(folder, name));
    await dropFiles(page, files);
    await seen("first.wav");
    await keepScreen(page, "recordings-queue-light");
    await expect.poll(() => page.getByText("Transcribed", { exact: true }).count(), { timeout: 200_000 }).toBe(2);
    await seen("Failed");
    await look("recordings-light");
  });

  it("adds one by keyboard, too", async () => {
    await giveToDialogs(desktop, [join(folder, "third.wav")]);
    await page.keyboard.press("Control+O");
    await press(page, "Choose files…");
    await seen("third.wav");
  });

  it("finds what was said, and opens the place", async () => {
    await page.keyboard.press("Escape");
    await page.keyboard.press("Control+F");
    await page.keyboard.type("voltage");
    await seen(/Said in/);
    await look("recordings-search-light");
    await reach(page, /^Said in/);
    await page.keyboard.press("ArrowDown");
    await expect.poll(() => focused(page)).toMatch(/voltage/i);
    await page.keyboard.press("Enter");
    await page.getByRole("group", { name: "Text" }).or(page.getByLabel("Player")).first().waitFor();
    await look("transcript-light");
    expect(await page.evaluate("document.querySelector('audio') !== null")).toBe(true);
  });

  it("makes a tool ask first", async () => {
    await page.keyboard.press("Alt+4");
    await reach(page, "read_file on Every folder: Allow", { most: 200 });
    await page.keyboard.press("Enter");
    await press(page, "Ask each time");
    await page.getByRole("button", { name: "read_file on Every folder: Ask" }).waitFor();
    await look("agents-light");
  });

  it("asks the starter model, allows its tool call, and sees what it did", async () => {
    await page.keyboard.press("Alt+2");
    await giveToDialogs(desktop, [join(folder, "mission")]);
    await look("chat-empty-light");
    await press(page, "Open files or folders to the assistant");
    await press(page, "Open folders…");
    await seen("mission");
    await page.keyboard.press("Alt+W");
    await page.keyboard.type(question);
    await page.keyboard.press("Enter");
    // The first question measures how many threads suit this machine.
    await page.getByRole("heading", { name: "May it run read_file?" }).waitFor({ timeout: 200_000 });
    await look("approval-light");
    await page.keyboard.press("Enter");
    // It cannot be pressed away: the focus is on the heading, and yes needs to be gone to.
    await heading("May it run read_file?");
    await page.waitForTimeout(800);
    await press(page, "Allow");
    await page.getByText("First word after").first().waitFor({ timeout: 200_000 });
    await seen("Done");
    await look("chat-light");
  });

  it("refuses the next one", async () => {
    // While an answer is being written Enter sends nothing.
    await page.getByRole("button", { name: "Send" }).waitFor({ timeout: 200_000 });
    await page.keyboard.press("Alt+W");
    await page.keyboard.type(question);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: "May it run read_file?" }).waitFor({ timeout: 200_000 });
    await page.waitForTimeout(800);
    await press(page, "Don’t allow");
    await seen(/did not allow it/, 200_000);
    await page.keyboard.press("Control+.");
    await look("chat-refused-light");
  });

  it("sees it all in the audit log, which is intact", async () => {
    await page.keyboard.press("Alt+5");
    await seen("Tool call");
    await press(page, "Verify now");
    await seen("The audit log is intact as far as this can be told.");
    await look("audit-report-light");
    await page.keyboard.press("Escape");
  });

  it("goes on when the host is killed: nothing is lost, the view comes back", async () => {
    await page.keyboard.press("Alt+3");
    await seen("second.wav");
    const before = desktop.hostPid();
    process.kill(before ?? 0, "SIGKILL");
    await expect.poll(() => desktop.hostPid(), { timeout: 30_000 }).not.toBe(before);
    await expect.poll(() => desktop.hostPid(), { timeout: 30_000 }).toBeGreaterThan(0);
    await page.keyboard.press("Alt+6");
    await seen("base.en");
    await page.keyboard.press("Alt+3");
    await seen("second.wav");
  });

  it("speaks German and is dark when asked to, in every view", async () => {
    await page.keyboard.press("Alt+7");
    await reach(page, /^Language/);
    await choose("Deutsch");
    await heading("Einstellungen");
    await reach(page, /^Farben/);
    await choose("Dunkel");
    await expect.poll(() => page.evaluate("document.documentElement.dataset.theme")).toBe("dark");
    for (const [index, view] of views.entries()) {
      await page.keyboard.press(`Alt+${index + 1}`);
      await page.waitForTimeout(1500);
      await look(`${view}-dark-de`);
    }
  });

  it("at 200 % nothing is cut off to the side", async () => {
    await page.evaluate("window.location.hash = '#/settings'");
    await desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.setZoomFactor(2));
    for (const [index, view] of views.entries()) {
      await page.keyboard.press(`Alt+${index + 1}`);
      await page.waitForTimeout(800);
      await keepScreen(page, `${view}-200-percent`);
      const over = await page.evaluate("document.documentElement.scrollWidth - window.innerWidth");
      expect(over, view).toBeLessThanOrEqual(0);
    }
  });
});
