import type { ViewName } from "../../../src/shared/kiosk.ts";
import { navigate } from "../../app/route.ts";
import { recordingSession } from "../../audio/recording-session.ts";
import type { Connection } from "../../bridge/connection.ts";
import { addingOf } from "../recordings/adding/adding.ts";

/**
 * Takes away what the last person left: drafts, the address, questions that wait for an answer, with the work that asked
 * them. What was stored in the host stays there. `first`: the view that the next one begins with.
 */
export function forgetVisit(connection: Connection, first: ViewName): void {
  sessionStorage.clear();
  localStorage.clear();
  navigate({ view: first });
  addingOf(connection).clear();
  // The microphone goes off; what was said is kept.
  recordingSession(connection)
    .finish(false)
    .catch(() => {});
  const host = connection.host();
  host
    .call("approvals.list", {})
    .then(({ approvals }) => {
      for (const runId of new Set(approvals.map((approval) => approval.runId))) {
        host.call("runs.cancel", { id: runId }).catch(() => {});
      }
    })
    // A kiosk without chat may not ask; there is nothing to take away then.
    .catch(() => {});
}
