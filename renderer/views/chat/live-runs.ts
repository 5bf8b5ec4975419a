import type { RunView } from "../../../src/shared/host-contract.ts";
import type { RunStatus, Step } from "../../../src/shared/run.ts";

/** The runs after a step of one of them was stored. A run that is not there changes nothing. */
export function withStep(runs: readonly RunView[], runId: string, seq: number, step: Step): RunView[] {
  return runs.map((run) =>
    // A step that was there when the runs were read is not added again.
    run.id === runId && run.steps.length <= seq ? { ...run, steps: [...run.steps, step] } : run,
  );
}

/** The runs after one of them has ended. */
export function withStatus(runs: readonly RunView[], runId: string, status: RunStatus): RunView[] {
  return runs.map((run) => (run.id === runId ? { ...run, status } : run));
}
