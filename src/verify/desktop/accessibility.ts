import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { here } from "../../setup/house.mjs";

const axe = readFileSync(join(here.modules, "axe-core", "axe.min.js"), "utf8");

/** What axe-core finds wrong with what the window shows now, one line each. All its rules for WCAG 2.2 A and AA, and its advice. */
export async function violations(page: Page): Promise<string[]> {
  await page.evaluate(`${axe}; 0`);
  const found = (await page.evaluate("axe.run(document, { resultTypes: ['violations'] })")) as {
    violations: { id: string; help: string; nodes: { target: string[]; failureSummary?: string }[] }[];
  };
  return found.violations.flatMap(({ id, help, nodes }) =>
    nodes.map(({ target, failureSummary }) => `${id}: ${help}: ${target.join(" ")}: ${failureSummary ?? ""}`),
  );
}
