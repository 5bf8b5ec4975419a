import type { RunView } from "../shared/host-contract.ts";
import type { Reader } from "../store/connection.ts";
import { questionOfRun } from "../store/conversations.ts";
import { listSteps, type Run } from "../store/runs.ts";

/** A run with its question and its steps. `contextTokens` is said of one whose model was never loaded. */
export function runView(reader: Reader, run: Run, contextTokens: number): RunView {
  const { id, conversationId, status, agent, handedOverBy, model, modelSha256, grants, createdAt, replacedBy } = run;
  return {
    ...{ id, conversationId, status, agent, handedOverBy, model, modelSha256, createdAt, replacedBy },
    question: questionOfRun(reader, id),
    grants: [...grants],
    contextTokens: run.contextTokens ?? contextTokens,
    steps: listSteps(reader, id).map(({ step }) => step),
  };
}
