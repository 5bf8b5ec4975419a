import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, it } from "vitest";
import type { PolicyRule } from "../shared/policy.ts";
import { forgetAllows } from "./policy-change.ts";
import { openPolicyFile } from "./policy-file.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-policy-change-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

it("a server that is gone leaves nothing that a later one of its name would be allowed", async () => {
  const policy = await openPolicyFile(mkdtempSync(join(folder, "data-")));
  const [audit, notices] = [new MemoryAudit(), [] as string[]];
  const forget = () => forgetAllows("lab", { policy, audit, onNotice: (text) => notices.push(text) });
  const { rules } = await policy.read();
  await forget();
  expect(audit.rows).toEqual([]);

  const denied: PolicyRule = { tool: "lab__erase", verdict: "deny" };
  await policy.addOnTop([{ agent: "assistant", tool: "lab__find", verdict: "allow" }, denied]);
  await forget();
  expect((await policy.read()).rules).toEqual([denied, ...rules]);
  expect(audit.rows.map((row) => row.facts)).toMatchObject([
    { server: "lab", removed: true },
    { rulesBefore: 5, rulesAfter: 4 },
  ]);
  expect(notices).toEqual([]);

  writeFileSync(policy.path, "{ mine");
  await forget();
  expect(notices).toEqual([expect.stringContaining("the server lab, which is gone")]);
});
