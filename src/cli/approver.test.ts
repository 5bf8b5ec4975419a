import { spawn } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import type { ApprovalAnswer, ApprovalRequest } from "../shared/approval.ts";
import { describeApproval } from "./describe-approval.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-approver-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const request: ApprovalRequest = {
  id: "1",
  runId: "run",
  agent: "assistant",
  askedAt: "2026-11-23T00:00:00.000Z",
  about: "changes",
  call: { id: "call-1", tool: "write_file", arguments: { folder: "docs/", content: "one\ntwo", name: "a.txt" } },
  effect: "write",
  grants: [{ name: "docs", path: "/home/a/docs", mode: "rw" }],
  level: "A",
  reason: "Rule 2 of the policy asks about tools that write.",
  taint: ["read_file docs/mail.txt"],
  changes: [
    {
      ...{ path: "docs/a.txt", kind: "modified", bytesBefore: 5, bytesAfter: 7, sha256After: "00" },
      ...{ diff: "@@ -1 +1 @@\n-old\n+one", refused: null },
    },
    {
      ...{ path: "docs/.git/hooks/x", kind: "created", bytesBefore: null, bytesAfter: 7, sha256After: "00" },
      ...{ diff: null, refused: "git would run it" },
    },
  ],
  scopes: ["call", "run", "always"],
};

/** Asks a real process; `input` is what is typed, null for a closed stdin. */
function ask(approve: string, requests: readonly ApprovalRequest[], input: string | null) {
  const entry = fileURLToPath(new URL("./testing/answer-once.ts", import.meta.url));
  const child = spawn(process.execPath, [entry, approve, JSON.stringify(requests)], {
    stdio: [input === null ? "ignore" : "pipe", "pipe", "pipe"],
  });
  child.stdin?.end(input ?? "");
  let [stdout, stderr] = ["", ""];
  child.stdout!.on("data", (text: Buffer) => (stdout += text.toString()));
  child.stderr!.on("data", (text: Buffer) => (stderr += text.toString()));
  return new Promise<{ answers: ApprovalAnswer[]; stderr: string; code: number | null }>((resolve) => {
    child.once("close", (code) => {
      const answers = stdout.split("\n").flatMap((line) => (line === "" ? [] : [JSON.parse(line) as ApprovalAnswer]));
      resolve({ answers, stderr, code });
    });
  });
}

describe("at a terminal or a pipe", () => {
  it("takes one line for each question; anything but a clear yes is a no; the end of the input, too", async () => {
    const typed = "y\nr\nA\nyes\n\nno\nyy\nallow\n";
    const { answers, stderr, code } = await ask(
      "ask",
      Array.from({ length: 9 }, () => request),
      typed,
    );
    const allowed = (scope: string) => ({ decision: "allow", scope, by: "terminal" });
    const denied = { decision: "deny", scope: "call", by: "terminal" };
    expect(answers).toEqual([
      ...[allowed("call"), allowed("run"), allowed("always"), allowed("call")],
      ...[denied, denied, denied, denied, denied],
    ]);
    expect(stderr).toContain("[y] this once  [r] for the rest of this run  [a] always, for this tool in these folders");
    expect(code).toBe(0);
  });

  it("offers only what was offered to it", async () => {
    const { answers, stderr } = await ask("ask", [{ ...request, scopes: ["call", "run"] }], "a\n");
    expect(answers).toEqual([{ decision: "deny", scope: "call", by: "terminal" }]);
    expect(stderr).not.toContain("[a]");
  });
});

describe("without anyone", () => {
  it.each([
    ["allow", "allow", "option:allow", "Allowed by --approve allow."],
    ["deny", "deny", "option:deny", "Not allowed by --approve deny."],
    ["", "deny", "option:nobody", "Not allowed: nobody can be asked here."],
  ])("--approve %j: %s, and what was asked is shown", async (approve, decision, by, words) => {
    const { answers, stderr } = await ask(approve, [request], null);
    expect(answers).toEqual([{ decision, scope: "call", by }]);
    expect(stderr).toContain(words);
    expect(stderr).toContain("+one");
  });

  it("a file of rules answers, taint or not; what it does not list is a no; a bad file is no answer at all", async () => {
    const path = join(folder, "rules.json");
    const rules = [{ tool: "write_file", grant: "/home/a", verdict: "allow" }];
    writeFileSync(path, JSON.stringify({ version: 1, minimumLevel: "B", rules }));
    const elsewhere = { ...request, grants: [{ name: "docs", path: "/home/b", mode: "rw" as const }] };
    const { answers } = await ask(path, [request, elsewhere, { ...request, level: "C" }], null);
    expect(answers.map(({ decision, by }) => `${decision} ${by}`)).toEqual([
      ...["allow file:rules.json", "deny file:rules.json", "deny file:rules.json"],
    ]);
    writeFileSync(path, "{");
    const bad = await ask(path, [request], null);
    expect([bad.answers, bad.code]).toEqual([[], 1]);
    expect(bad.stderr).toContain("policy.invalid");
  });
});

describe("what is shown", () => {
  it("is everything, and nothing in it can hide", () => {
    const code = ["x".repeat(5000), "\u001b[2Jclear", "a\u202eb", `t${"\u{e0041}"}g`, "end"].join("\n");
    const lines = describeApproval({
      ...{ ...request, about: "call", effect: "run", changes: [] },
      call: { id: "1", tool: "run_script", arguments: { language: "javascript", code } },
    });
    const text = lines.join("\n");
    for (const part of ["x".repeat(5000), "\\u{1b}[2Jclear", "a\\u{202e}b", "t\\u{e0041}g", "end"]) {
      expect(text).toContain(part);
    }
    // oxlint-disable-next-line no-control-regex -- control characters are what this is about
    expect(text).not.toMatch(/[\u0000-\u0009\u000b-\u001f\u202e]/u);
    for (const part of ["run_script", "it runs a script", "level A", "/home/a/docs", "read_file docs/mail.txt"]) {
      expect(text).toContain(part);
    }
  });

  it("names what will never be written, and why", () => {
    const text = describeApproval(request).join("\n");
    expect(text).toContain("modified: docs/a.txt (5 bytes → 7 bytes)");
    expect(text).toContain("    │ -old\n    │ +one");
    expect(text).toContain("created: docs/.git/hooks/x (7 bytes)\n    never written: git would run it");
  });
});
