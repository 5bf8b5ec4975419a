import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { commitRows } from "./commit-rows.ts";
import { reachRows } from "./reach-rows.ts";
import { useUpRows } from "./use-up-rows.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const page = readFileSync(join(root, "docs", "threat-model.md"), "utf8");
const tried = [...reachRows, ...useUpRows, ...commitRows].map(({ id }) => id);
/** Those that stand in attempts.test.ts itself. */
const triedThere = ["24a", "24b", "24c", "25a", "25b", "27"];

/** The attempts that a table row of their chapter speaks of: its first cell. */
const [, chapter = ""] = /^## The attempts$(.*?)^## /ms.exec(page) ?? [];
const named = chapter
  .split("\n")
  .filter((line) => /^\| (?:x?\d)/.test(line))
  .flatMap((line) => line.split("|")[1]?.trim().split(" ") ?? []);

it("docs/threat-model.md names every attempt that is tried, once, and no other but the two that are listed", () => {
  expect(named.toSorted()).toEqual([...tried, ...triedThere, "28", "29"].toSorted());
});

it("its 29 numbers are all there", () => {
  const numbers = new Set(named.filter((id) => !id.startsWith("x")).map((id) => Number.parseInt(id, 10)));
  expect([...numbers].sort((a, b) => a - b)).toEqual(Array.from({ length: 29 }, (_, index) => index + 1));
});

it("every file that it names is there", () => {
  const files = [...page.matchAll(/`((?:src|docs|resources)\/[^`\s]+)`/g)].map((match) => match[1] ?? "");
  expect(files.length).toBeGreaterThan(5);
  expect(files.filter((file) => !existsSync(join(root, file)))).toEqual([]);
});
