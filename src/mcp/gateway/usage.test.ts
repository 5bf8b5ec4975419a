import { mkdtemp, readdir, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openUsage } from "./usage.ts";

const budget = { callsPerHour: 3, bytesPerCall: 100, bytesPerDay: 1000 };
const over = expect.objectContaining({ code: "tool.limit" });
const minute = 60_000;
let folder: string;
let now: number;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), "indoors-usage-"));
  now = Date.parse("2026-11-02T10:00:00Z");
});
afterEach(() => rm(folder, { recursive: true }));
const open = () => openUsage(folder, () => now);

test("the calls of any sixty minutes are counted, so no edge of an hour gives more", async () => {
  const usage = await open();
  const account = usage.account("records", budget);
  for (const after of [0, 30, 59]) {
    now = Date.parse("2026-11-02T10:00:00Z") + after * minute;
    account.call();
  }
  expect(() => account.call()).toThrow(over);
  usage.account("another", budget).call();
  now += minute;
  account.call();
  expect(() => account.call()).toThrow(over);
  await usage.dispose();
});

test("bytes of any day are counted, and what went over was counted", async () => {
  const usage = await open();
  const account = usage.account("records", budget);
  account.bytes(1000);
  expect(() => account.bytes(1)).toThrow(over);
  expect(() => account.call()).toThrow(over);
  expect(usage.today("records")).toEqual({ calls: 0, bytes: 1001 });
  now += 24 * 60 * minute;
  account.call();
  expect(usage.today("records")).toEqual({ calls: 1, bytes: 0 });
  await usage.dispose();
});

test("a new start goes on with the old count, and a clock that was set back gives nothing", async () => {
  const first = await open();
  for (let at = 0; at < 3; at++) first.account("records", budget).call();
  await first.dispose();
  now -= 30 * minute;
  const second = await open();
  expect(() => second.account("records", budget).call()).toThrow(over);
  await second.dispose();
  expect(await readdir(folder)).toEqual(["usage.json"]);
});

test("a file that cannot be used counts as empty and is replaced", async () => {
  await writeFile(join(folder, "usage.json"), "{");
  const usage = await open();
  usage.account("records", budget).call();
  await usage.dispose();
  expect(JSON.parse(await readFile(join(folder, "usage.json"), "utf8"))).toEqual({ records: [[now / minute, 1, 0]] });
});
