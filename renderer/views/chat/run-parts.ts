import type { Decision, GenerationTiming, Step, StopReason } from "../../../src/shared/run.ts";
import type { ToolCall, ToolOutcome } from "../../../src/shared/tool.ts";

/** A tool call with all that is known of it by now. */
export interface CallPart {
  readonly kind: "call";
  readonly call: ToolCall;
  /** About the call, then about the changes that it prepared. */
  readonly decisions: readonly Decision[];
  readonly result: { readonly outcome: ToolOutcome; readonly ms: number } | undefined;
}

/** What a run is made of, as it is shown. */
export type RunPart =
  | CallPart
  | { readonly kind: "malformed"; readonly text: string; readonly error: string }
  | { readonly kind: "compacted"; readonly count: number }
  | { readonly kind: "answer"; readonly text: string; readonly timing: GenerationTiming | undefined }
  | { readonly kind: "stopped"; readonly reason: StopReason; readonly message: string };

/** The steps of a run after its question, with everything about one call put together. */
export function runParts(steps: readonly Step[]): readonly RunPart[] {
  const decisions = Map.groupBy(
    steps.filter((step) => step.kind === "decision"),
    ({ callId }) => callId,
  );
  const results = new Map(
    steps.filter((step) => step.kind === "result").map(({ callId, outcome, ms }) => [callId, { outcome, ms }]),
  );
  return steps.flatMap((step): readonly RunPart[] => {
    switch (step.kind) {
      case "call": {
        const { call } = step;
        return [{ kind: "call", call, decisions: decisions.get(call.id) ?? [], result: results.get(call.id) }];
      }
      case "malformed":
        return [{ kind: "malformed", text: step.text, error: step.error }];
      case "compacted":
        return [{ kind: "compacted", count: step.callIds.length }];
      case "answer":
        return [{ kind: "answer", text: step.text, timing: step.timing }];
      case "stopped":
        return [{ kind: "stopped", reason: step.reason, message: step.message }];
      default:
        return [];
    }
  });
}

/** What a run does now, from its last step. */
export type Doing =
  | { readonly what: "loading" }
  | { readonly what: "reading" }
  | { readonly what: "deciding"; readonly tool: string; readonly callId: string }
  | { readonly what: "running"; readonly tool: string }
  | { readonly what: "reading-result"; readonly tool: string }
  | { readonly what: "again" };

/** @returns what a run under way is busy with; `loading` while it has no step. */
export function doingOf(steps: readonly Step[]): Doing {
  const last = steps.findLast(({ kind }) => kind !== "compacted");
  const toolOf = (callId: string) =>
    steps.find((step) => step.kind === "call" && step.call.id === callId) as
      | Extract<Step, { kind: "call" }>
      | undefined;
  switch (last?.kind) {
    case undefined:
      return { what: "loading" };
    case "call":
      return { what: "deciding", tool: last.call.tool, callId: last.call.id };
    case "decision":
      return { what: "running", tool: toolOf(last.callId)?.call.tool ?? "" };
    case "result":
      return { what: "reading-result", tool: toolOf(last.callId)?.call.tool ?? "" };
    case "malformed":
      return { what: "again" };
    default:
      return { what: "reading" };
  }
}
