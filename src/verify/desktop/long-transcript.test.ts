import { rmSync } from "node:fs";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { type FrameWatch, watchFrames } from "./frame-gaps.ts";
import { makeSegments, storeRecording } from "./long-transcript.ts";
import { canOpenDesktop } from "./needs-desktop.ts";
import { type Desktop, openDesktop, temporaryFolder } from "./open-desktop.ts";
import { keepScreen } from "./screens.ts";

const count = 20_000;
const last = count - 1;
const name = "long day.wav";
/** The promise: nothing that a person does here makes the window stand still for a second. */
const droppedMs = 1000;

describe.skipIf(!canOpenDesktop)("a transcript of 20,000 segments", { timeout: 120_000 }, () => {
  const rare = { at: 17_654, word: "marmalade" };
  const segments = makeSegments(count).map((segment, at) =>
    at === rare.at ? { ...segment, text: `And then he asked for ${rare.word}.` } : segment,
  );
  let folder: string;
  let desktop: Desktop;
  let page: Page;
  let frames: FrameWatch;
  const report: string[] = [];

  const rowOf = (at: number) => page.locator(`[data-row="${at}"]`);
  const list = () => page.getByRole("group", { name: "Text", exact: true });
  const texts = () => list().getByRole("listitem");
  const scrolled = () => list().evaluate((element) => element.scrollTop);
  const inView = async () => (await page.evaluate(rowsInView)) as number[];
  /** Does it, and says what the window drew meanwhile. */
  const watching = async (what: string, act: () => Promise<void>) => {
    await frames.take();
    await act();
    const { frames: drawn, longestMs } = await frames.take();
    report.push(`${what}: ${drawn} frames, the longest gap ${Math.round(longestMs)} ms`);
    return longestMs;
  };

  beforeAll(async () => {
    folder = temporaryFolder();
    storeRecording(folder, name, segments);
    desktop = await openDesktop({ dataFolder: folder });
    page = desktop.page;
    await page.getByRole("link", { name: "Recordings" }).click();
    frames = await watchFrames(page);
  }, 120_000);
  afterEach(async ({ task }) => {
    if (task.result?.state === "fail" && page !== undefined) {
      await keepScreen(page, `failed-long-${task.name.slice(0, 20).replaceAll(/\W+/g, "-")}`);
    }
  });
  afterAll(async () => {
    await desktop?.close();
    rmSync(folder, { recursive: true, force: true });
    process.stderr.write(`${report.join("\n")}\n`);
  });

  it("opens at its beginning", async () => {
    await page.getByRole("link", { name }).waitFor({ timeout: 60_000 });
    const began = performance.now();
    // Nothing can be scrolled before it is read; how long that takes is printed, not promised.
    await watching("open", async () => {
      await page.getByRole("link", { name }).click();
      await rowOf(0).waitFor({ timeout: 60_000 });
    });
    report.push(`open: the first words after ${Math.round(performance.now() - began)} ms`);
    expect(await texts().first().getAttribute("aria-setsize")).toBe(String(count));
    expect(await texts().count()).toBeLessThan(100);
    expect(await texts().first().textContent()).toContain(segments[0]?.text);
  });

  it("knows a window that stands still: the control", async () => {
    const still = await watching("control", async () => {
      await page.evaluate("{ const end = performance.now() + 1200; while (performance.now() < end); }");
    });
    expect(still).toBeGreaterThanOrEqual(1200);
  });

  it("scrolls with the wheel", async () => {
    await list().hover();
    const longest = await watching("wheel", async () => {
      for (let n = 0; n < 60; n++) await page.mouse.wheel(0, 1500);
    });
    expect(longest).toBeLessThan(droppedMs);
    await expect.poll(scrolled).toBeGreaterThan(60_000);
    expect((await inView())[0]).toBeGreaterThan(1000);
  });

  it("scrolls by its bar, from one end to the other", async () => {
    await list().focus();
    await page.keyboard.press("Home");
    await expect.poll(scrolled).toBe(0);
    const area = await list().boundingBox();
    if (area === null) throw new Error("the list is not there");
    const bar = area.x + area.width - 5;
    const longest = await watching("bar", async () => {
      // Its handle is small here, and at the top.
      await page.mouse.move(bar, area.y + 6);
      await page.mouse.down();
      for (let n = 1; n <= 30; n++) await page.mouse.move(bar, area.y + 6 + (n / 30) * (area.height + 40));
      await page.mouse.up();
    });
    expect(longest).toBeLessThan(droppedMs);
    await expect.poll(async () => (await inView()).at(-1)).toBe(last);
    expect(await texts().last().textContent()).toContain(segments[last]?.text);
  });

  it("goes by keys: pages, the end, the beginning", async () => {
    const longest = await watching("keys", async () => {
      await list().focus();
      await page.keyboard.press("Home");
      await expect.poll(() => focusedRow(page)).toBe(0);
      for (let n = 0; n < 30; n++) await page.keyboard.press("PageDown");
      await expect.poll(() => focusedRow(page)).toBe(300);
      await page.keyboard.press("End");
      await expect.poll(() => focusedRow(page)).toBe(last);
    });
    expect(longest).toBeLessThan(droppedMs);
    await expect.poll(inView).toContain(last);
  });

  it("finds words while they are typed, and goes through the places", async () => {
    const wanted = "the";
    const hits = segments.flatMap(({ text }, at) => (text.toLowerCase().includes(wanted) ? [at] : []));
    const status = page.getByRole("search").getByRole("status");
    const found = page.locator("[data-found=true]");
    const longest = await watching("search", async () => {
      await page.keyboard.press("Home");
      await expect.poll(() => focusedRow(page)).toBe(0);
      await page.keyboard.press("Control+F");
      await page.getByRole("searchbox").pressSequentially(wanted, { delay: 40 });
      await status.getByText(`1 of ${hits.length.toLocaleString("en")}`).waitFor();
      for (let n = 0; n < 40; n++) await page.keyboard.press("F3");
      await status.getByText("41 of").waitFor();
    });
    expect(longest).toBeLessThan(droppedMs);
    await found.waitFor();
    expect(await found.locator("[data-row]").getAttribute("data-row")).toBe(String(hits[40]));
    expect(await found.locator("mark").first().textContent()).toMatch(/^the$/i);

    const far = await watching("to the last place and to one far away", async () => {
      for (let n = 0; n < 41; n++) await page.keyboard.press("Shift+F3");
      await found.locator(`[data-row="${hits.at(-1)}"]`).waitFor();
      await page.getByRole("searchbox").fill("");
      await page.getByRole("searchbox").pressSequentially(rare.word, { delay: 40 });
      await status.getByText("1 of 1", { exact: true }).waitFor();
      await found.locator(`[data-row="${rare.at}"]`).waitFor();
    });
    expect(far).toBeLessThan(droppedMs);
    await expect.poll(inView).toContain(rare.at);
    expect(await found.textContent()).toContain(`asked for ${rare.word}`);
    await page.keyboard.press("Escape");
  });

  it("follows the sound, far inside", async () => {
    const spoken = page.locator("[aria-current=time]");
    const longest = await watching("follow", async () => {
      await rowOf(rare.at).click();
      await page.keyboard.press("Control+Space");
      await page.getByRole("button", { name: "Follow the sound" }).click();
      for (let n = 0; n < 4; n++) await page.keyboard.press("Alt+ArrowRight");
      await expect
        .poll(async () => Number(await spoken.getAttribute("data-row")), { timeout: 30_000 })
        .toBeGreaterThan(rare.at + 5);
    });
    expect(longest).toBeLessThan(droppedMs);
    await expect.poll(async () => (await inView()).includes(Number(await spoken.getAttribute("data-row")))).toBe(true);
  });
});

/** The rows of the text that can be seen whole, from the first to the last. */
const rowsInView = `(() => {
  const list = document.querySelector('[role=group][aria-label=Text]');
  const { top, bottom } = list.getBoundingClientRect();
  return [...list.querySelectorAll("[data-row]")].flatMap((row) => {
    const place = row.getBoundingClientRect();
    return place.top >= top - 1 && place.bottom <= bottom + 1 ? [Number(row.dataset.row)] : [];
  });
})()`;

/** The row that has the focus. */
async function focusedRow(page: Page): Promise<number> {
  return Number(await page.evaluate("document.activeElement?.dataset?.row ?? -1"));
}
