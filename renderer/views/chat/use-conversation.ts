import { useHost, useHostEvent } from "../../bridge/use-host.ts";
import { withStatus, withStep } from "./live-runs.ts";

/** A conversation with its runs, kept up to date while they go on. Null: a conversation that has not begun. */
export function useConversation(id: string | null) {
  const asked = useHost("conversations.get", id === null ? null : { id });
  const { put, reload } = asked;
  useHostEvent("run.step", ({ runId, seq, step }) =>
    put((data) => ({ ...data, runs: withStep(data.runs, runId, seq, step) })),
  );
  useHostEvent("run.ended", ({ runId, status }) =>
    put((data) => ({ ...data, runs: withStatus(data.runs, runId, status) })),
  );
  useHostEvent("list.changed", ({ what }) => {
    if (what === "conversations" && id !== null) reload();
  });
  // What was known of another conversation is not shown as this one.
  const data = asked.data !== undefined && asked.data.conversation.id === id ? asked.data : undefined;
  return { data, error: asked.error, loading: id !== null && data === undefined && asked.error === undefined, reload };
}
