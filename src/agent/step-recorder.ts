import type { Step } from "../shared/run.ts";
import type { AgentRun } from "./agent-run.ts";

/** The steps of a conversation while a run adds to them. */
export interface StepRecorder {
  readonly steps: readonly Step[];
  /** True once the log has rejected: nothing more can be recorded. */
  readonly broken: boolean;
  append(step: Step): Promise<void>;
}

/** A step is part of the conversation once the log has stored it, and not before. */
export function stepRecorder(run: AgentRun): StepRecorder {
  const steps = [...run.history];
  let broken = false;
  return {
    steps,
    get broken() {
      return broken;
    },
    async append(step) {
      try {
        // Not cancellable: a step is stored or it is not.
        await run.log.append(step);
      } catch (thrown) {
        broken = true;
        throw thrown;
      }
      steps.push(step);
    },
  };
}
