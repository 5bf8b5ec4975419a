import { expect, it } from "vitest";
import type { Step } from "../../shared/run.ts";
import type { ToolOutcome, ToolSpec } from "../../shared/tool.ts";
import { taintOf } from "./taint.ts";

const spec = (name: string, effect: ToolSpec["effect"], needs: ToolSpec["needs"]): ToolSpec => ({
  name,
  description: "",
  arguments: { file: { kind: "path", of: "file", description: "", optional: true } },
  needs,
  effect,
});
const tools = [
  spec("read_file", "read", ["grants"]),
  spec("search_transcripts", "read", ["transcripts"]),
  spec("calculate", "read", []),
  spec("write_file", "write", ["grants"]),
  spec("run_script", "run", ["grants"]),
  spec("records__send", "run", ["server"]),
  spec("records__find", "read", ["server"]),
  spec("hand_over", "run", ["agents"]),
];
const good: ToolOutcome = { ok: true, text: "…", truncated: false };
const failed = (code: string): ToolOutcome => ({ ok: false, code, text: "…" });

it.each<readonly [string, string, ToolOutcome, readonly string[]]>([
  ["a file was read", "read_file", good, ["read_file docs/a.txt"]],
  ["a file could not be read", "read_file", failed("file.unreadable"), []],
  ["recordings were searched", "search_transcripts", good, ["search_transcripts docs/a.txt"]],
  ["figures of the question only", "calculate", good, []],
  ["a file was written", "write_file", good, []],
  ["a script ran", "run_script", good, ["run_script docs/a.txt"]],
  ["a script failed, and printed", "run_script", failed("tool.failed"), ["run_script docs/a.txt"]],
  ["a script was not allowed", "run_script", failed("tool.denied"), []],
  ["a server answered", "records__send", good, ["records__send docs/a.txt"]],
  ["a server said why it failed", "records__find", failed("tool.failed"), ["records__find docs/a.txt"]],
  ["a server never heard of it", "records__send", failed("server.refused"), []],
  ["a question was handed over", "hand_over", good, []],
  ["a tool that is gone", "old_tool", good, ["old_tool"]],
])("%s", (_what, tool, outcome, taint) => {
  const call: Step = { kind: "call", call: { id: "1", tool, arguments: { file: "docs/a.txt" } } };
  const steps: readonly Step[] = [call, { kind: "result", callId: "1", outcome, ms: 1 }];
  expect(taintOf(steps, tools)).toEqual(taint);
  expect(taintOf([...steps, ...steps], tools)).toEqual(taint);
  expect(taintOf([call], tools)).toEqual([]);
});
