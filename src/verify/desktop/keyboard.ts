import type { Page } from "playwright-core";

/**
 * The name of what has the focus, as a screen reader would say it, roughly: its label, else its words. In the page, so
 * that a person's way through it is the test's way.
 */
const focusedName = `(() => {
  const found = document.activeElement;
  if (found === null || found === document.body) return "";
  const by = (found.getAttribute("aria-labelledby") ?? "").split(" ").map((id) => document.getElementById(id)?.innerText);
  const labels = [...(found.labels ?? [])].map((label) => label.innerText);
  const names = [found.getAttribute("aria-label"), by.join(" "), labels.join(" "), found.innerText, found.placeholder];
  return names.map((name) => (name ?? "").trim()).find((name) => name !== "") ?? "";
})()`;

/** What has the focus now, by its name. */
export async function focused(page: Page): Promise<string> {
  return String(await page.evaluate(focusedName));
}

/**
 * Presses Tab (or another key) until the focus is on what has this name.
 * @throws with the names on the way, when it cannot be reached
 */
export async function reach(page: Page, name: string | RegExp, { key = "Tab", most = 120 } = {}): Promise<void> {
  const passed: string[] = [];
  const fits = (found: string) => (typeof name === "string" ? found === name : name.test(found));
  for (let n = 0; n < most; n++) {
    const now = await focused(page);
    if (fits(now)) return;
    passed.push(now.split("\n")[0]?.slice(0, 40) ?? "");
    await page.keyboard.press(key);
  }
  throw new Error(`the keyboard does not reach ${String(name)}; it passed: ${[...new Set(passed)].join(" | ")}`);
}

/** Goes there by keyboard and presses Enter. */
export async function press(page: Page, name: string | RegExp, key = "Enter"): Promise<void> {
  await reach(page, name);
  await page.keyboard.press(key);
}
