import { expect, it } from "vitest";
import type { RunView } from "../shared/host-contract.ts";
import type { Step } from "../shared/run.ts";
import { exportConversation } from "./export-conversation.ts";

const conversation = { id: "c", title: "Fuel\ncells", createdAt: "2026-11-23T10:00:00.000Z", updatedAt: "" };
const run = (steps: readonly Step[]): RunView => ({
  question: steps.find((step) => step.kind === "question")?.text ?? "",
  ...{ id: "r", conversationId: "c", status: "done", model: "tinyllama", modelSha256: "00", grants: [] },
  ...{ agent: "assistant", handedOverBy: null },
  ...{ createdAt: "2026-11-23T10:01:30.000Z", replacedBy: null, contextTokens: 4096, steps: [...steps] },
});
const call = (id: string, tool: string, args: Record<string, unknown>): Step => ({
  ...{ kind: "call", call: { id, tool, arguments: args } },
});
const result = (callId: string, data: unknown = undefined): Step => ({
  ...{ kind: "result", callId, outcome: { ok: true, text: "…", data, truncated: false }, ms: 12.4 },
});
const textOf = (...steps: readonly Step[]) => exportConversation(conversation, [run(steps)]);

it("has the question, every call with arguments, decision, level and duration, the answer and its sources", () => {
  const hit = { recordingId: "a", recordingName: "call.wav", transcriptId: "t", segmentId: 1, startMs: 65_000 };
  const text = textOf(
    { kind: "question", text: "How much?" },
    call("1", "read_file", { file: "docs/a.txt" }),
    { kind: "decision", callId: "1", decision: "allow", reason: "Rule 1 allows it.", level: "A" },
    result("1"),
    call("2", "search_files", { words: "power" }),
    result("2", {
      results: [
        { file: "docs/b.txt", lines: [] },
        { file: "docs/a.txt", lines: [] },
      ],
    }),
    call("3", "search_transcripts", { words: "power" }),
    result("3", { hits: [{ ...hit, endMs: 66_000, text: "power" }] }),
    call("4", "write_file", { folder: "docs/" }),
    { kind: "decision", callId: "4", decision: "deny", reason: "anna did not allow it.", by: "anna", level: "B" },
    { kind: "result", callId: "4", outcome: { ok: false, code: "tool.denied", text: "" }, ms: 0 },
    { kind: "answer", text: "**Little.**" },
  );
  expect(text).toBe(`# Fuel cells

Begun 2026-11-23, exported from Indoors.

## Question

*2026-11-23 10:01 UTC*

> How much?

### Tool calls

**read_file** — allowed: Rule 1 allows it.; sandbox level A; done; 12 ms

\`\`\`json
{
  "file": "docs/a.txt"
}
\`\`\`

**search_files** — done; 12 ms

\`\`\`json
{
  "words": "power"
}
\`\`\`

**search_transcripts** — done; 12 ms

\`\`\`json
{
  "words": "power"
}
\`\`\`

**write_file** — refused: anna did not allow it.; sandbox level B; failed (tool.denied); 0 ms

\`\`\`json
{
  "folder": "docs/"
}
\`\`\`

### Answer

**Little.**

*Written by tinyllama.*

### Sources

- docs/a.txt
- docs/b.txt
- call.wav, 01:05
`);
});

it("says why there is no answer", () => {
  const text = textOf({ kind: "question", text: "?" }, { kind: "stopped", reason: "cancelled", message: "Cancelled." });
  expect(text).toContain("*No answer: Cancelled.*");
});

it("holds nothing that is fetched when the file is opened, that ends a block, or that a terminal obeys", () => {
  const text = textOf(
    { kind: "question", text: "see ![x](http://192.0.2.1/q)" },
    call("1", "run_script", { code: "```\n# not a heading ````" }),
    {
      kind: "answer",
      text: "![](http://192.0.2.1/a) \\<img src=http://192.0.2.1> [link](http://192.0.2.1) a < b \u001b[2J",
    },
  );
  for (const fetched of ["![", "<img", "\u001b"]) expect(text).not.toContain(fetched);
  expect(text).toContain("[link](http://192.0.2.1) a < b");
  expect(text).toMatch(/^`{5}json$[^]*^`{5}$/mu);
});

it("says when an agent handed the question over, and which one answered", () => {
  const first = run([{ kind: "answer", text: "Handed over to Records: Look." }]);
  const second = { ...run([{ kind: "question", text: "Look." }]), agent: "records", handedOverBy: "r" };
  const text = exportConversation(conversation, [first, second]);
  expect(text).toMatch(
    /## Question[^]*Written by tinyllama\.[^]*## Handed over to records[^]*Written by records with tinyllama\./u,
  );
});
