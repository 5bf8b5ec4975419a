import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { PolicyCheck } from "../shared/host-contract.ts";
import { runIndoors } from "./run-indoors.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-policy-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const data = join(folder, "data");
const docs = join(folder, "docs");
mkdirSync(docs);
const policy = (...words: string[]) => runIndoors(["policy", ...words, "--data", data]);

test("the policy is shown, tested, and explained for a call", async () => {
  const shown = await policy("show");
  expect(shown.code).toBe(0);
  expect(shown.stdout).toMatch(/1\. allow effect:read[^]*2\. ask {3}effect:write[^]*What no rule is about is denied/);

  const path = join(folder, "mine.json");
  const rules = [
    { tool: "wirte_file", verdict: "deny" },
    { tool: "write_file", grant: docs, verdict: "allow" },
  ];
  writeFileSync(path, JSON.stringify({ version: 1, minimumLevel: "D", rules }));
  const explained = await policy("check", path, "--tool", "write_file", "--grant", `${docs}:rw`, "--json");
  const result = JSON.parse(explained.stdout) as PolicyCheck;
  expect(explained.code).toBe(0);
  expect(result.ruling).toMatchObject({ verdict: "allow", rule: 1, verdictWhenTainted: "ask" });
  expect(result.warnings).toEqual(["Rule 1 names a tool that is not here: wirte_file."]);
  expect((await policy("check", path, "--tool", "fly")).code).toBe(3);
  expect((await policy("check", path, "--agent", "assistant")).code).toBe(2);
});

test("a policy that cannot be used says why, is left as it is, and everything else still works", async () => {
  await policy("show");
  writeFileSync(join(data, "policy.json"), '{\n "version": 1,,\n}');
  for (const words of [["show"], ["check"]]) {
    const { code, stdout, stderr } = await policy(...words);
    expect(code).toBe(3);
    expect(stdout + stderr).toMatch(/so no tool may run: .*policy\.json\. Line 2: it is not JSON/);
  }
  expect(readFileSync(join(data, "policy.json"), "utf8")).toBe('{\n "version": 1,,\n}');
  expect((await runIndoors(["models", "list", "--data", data])).code).toBe(0);
});
