import type { RunView } from "../../../src/shared/host-contract.ts";

/** A run of the conversation as it stands, with the runs that it took the place of, oldest first. */
export interface ShownRun {
  readonly run: RunView;
  readonly earlier: readonly RunView[];
}

/** The runs that the model still sees, in order. What was replaced stands with what replaced it, over several edits. */
export function shownRuns(runs: readonly RunView[]): readonly ShownRun[] {
  const byId = new Map(runs.map((run) => [run.id, run]));
  const newest = (run: RunView): string => {
    const seen = new Set<string>();
    let at = run;
    while (at.replacedBy !== null && !seen.has(at.id)) {
      seen.add(at.id);
      const next = byId.get(at.replacedBy);
      if (next === undefined) break;
      at = next;
    }
    return at.id;
  };
  const earlier = Map.groupBy(
    runs.filter(({ replacedBy }) => replacedBy !== null),
    newest,
  );
  return runs
    .filter(({ replacedBy }) => replacedBy === null)
    .map((run) => ({ run, earlier: earlier.get(run.id) ?? [] }));
}
