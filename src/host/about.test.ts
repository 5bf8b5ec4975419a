import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import { licenceText, listLicences } from "./about.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-about-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const file = join(folder, "licences.json");
const zod = { name: "zod", version: "4.0.0", licence: "MIT", text: "MIT License\n…" };

it("lists the packages without their texts, and gives a text by name, each once", async () => {
  const older = { ...zod, version: "3.0.0" };
  const other = { ...zod, version: "2.0.0", text: "Another text" };
  writeFileSync(file, JSON.stringify([zod, older, other, { ...zod, name: "react", text: "React" }]));
  expect(await listLicences(file)).toContainEqual({ name: "zod", version: "4.0.0", licence: "MIT" });
  expect(await listLicences(file)).toHaveLength(4);
  expect(await licenceText(file, "zod")).toBe("MIT License\n…\n\nAnother text");
  await expect(licenceText(file, "left-pad")).rejects.toMatchObject({ code: "not-found" });
});

it("makes nothing up when the program was not built", async () => {
  expect(await listLicences(join(folder, "none.json"))).toEqual([]);
  await expect(licenceText(join(folder, "none.json"), "zod")).rejects.toMatchObject({ code: "not-found" });
});
