import type { RunView } from "../../../src/shared/host-contract.ts";
import type { CallPart, RunPart } from "./run-parts.ts";

/** What agents call the tool with which they hand a question over. */
export const handOverTool = "hand_over";

/** Whether this call handed the question over: allowed and carried out. */
export function handsOver({ call, result }: CallPart): boolean {
  return call.tool === handOverTool && result?.outcome.ok === true;
}

/** The parts to show. The answer of a run that handed its question over says so once more, and is left out. */
export function withoutEcho(parts: readonly RunPart[]): readonly RunPart[] {
  const handedOver = parts.some((part) => part.kind === "call" && handsOver(part));
  return handedOver ? parts.filter(({ kind }) => kind !== "answer") : parts;
}

/** The run that answers what this one handed over, by the id of the one that did. */
export function answeringRuns(runs: readonly RunView[]): ReadonlyMap<string, string> {
  return new Map(
    runs.flatMap(({ id, handedOverBy, replacedBy }) =>
      handedOverBy === null || replacedBy !== null ? [] : [[handedOverBy, id] as const],
    ),
  );
}
