import { mkdtempSync, realpathSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import type { Agent } from "../shared/agent.ts";
import type { PolicyCell, PolicyCheck } from "../shared/host-contract.ts";
import { runIndoors } from "./run-indoors.ts";

const folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-agents-")));
afterAll(() => rmSync(folder, { recursive: true, force: true }));
const indoors = (...words: string[]) => runIndoors([...words, "--data", join(folder, "data")]);

test("an agent is made, closed off but for one thing, explained, and taken away with its rules", async () => {
  const prompt = join(folder, "prompt.txt");
  writeFileSync(prompt, "You keep the letters.");
  const made = await indoors(
    ...["agents", "add", "clerk", "--title", "Clerk", "--purpose", "Letters", "--prompt-file", prompt],
    ...["--hand-over-to", "assistant", "--json"],
  );
  const { agent } = JSON.parse(made.stdout) as { agent: Agent };
  expect(agent).toEqual({
    ...{ id: "clerk", title: "Clerk", purpose: "Letters", prompt: "You keep the letters.", model: null },
    handOverTo: ["assistant"],
  });
  expect((await indoors("policy", "set", "deny", "--agent", "clerk")).code).toBe(0);
  expect((await indoors("policy", "set", "allow", "--agent", "clerk", "--tool", "read_file")).code).toBe(0);
  const matrix = await indoors("policy", "matrix", "--agent", "clerk", "--json");
  const { cells } = JSON.parse(matrix.stdout) as { cells: PolicyCell[] };
  expect(cells.filter(({ verdict }) => verdict !== "deny").map(({ tool }) => tool)).toEqual(["read_file"]);
  expect((await indoors("policy", "matrix")).stdout).toMatch(
    /assistant:[^]*write_file +ask[^]*clerk:[^]*read_file +allow/u,
  );
  const check = await indoors("policy", "check", "--tool", "write_file", "--agent", "clerk", "--json");
  expect((JSON.parse(check.stdout) as PolicyCheck).ruling).toMatchObject({
    ...{ verdict: "deny", rule: 1, reason: expect.stringContaining("denies every tool") },
    remedy: expect.stringContaining("--agent clerk --tool write_file"),
  });
  expect((await indoors("agents", "remove", "clerk")).code).toBe(0);
  expect((await indoors("policy", "show")).stdout).not.toContain("clerk");
  expect((await indoors("agents", "list")).stdout).toMatch(/^assistant +Assistant\n$/u);
});
