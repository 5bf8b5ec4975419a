/** Where the host is in its life, as its supervisor sees it. Times are milliseconds of a clock that only grows. */
export type Supervision =
  | { readonly phase: "starting"; readonly attempt: number }
  | { readonly phase: "running"; readonly attempt: number; readonly since: number }
  /** It said why it cannot start, and is about to end. */
  | { readonly phase: "failing"; readonly attempt: number; readonly code: string; readonly message: string }
  | { readonly phase: "waiting"; readonly attempt: number; readonly inMs: number; readonly reason: string }
  | { readonly phase: "failed"; readonly code: string; readonly message: string }
  | { readonly phase: "stopping" }
  | { readonly phase: "stopped" };

export type SupervisionEvent =
  | { readonly is: "ready"; readonly at: number }
  | { readonly is: "failed"; readonly code: string; readonly message: string }
  | { readonly is: "ended"; readonly at: number; readonly reason: string }
  /** The wait is over. */
  | { readonly is: "due" }
  /** A person asked for another try. */
  | { readonly is: "restart" }
  | { readonly is: "stop" };

/** What to do on entering a state: `start` a process, `kill` the one that is there, nothing. */
export type SupervisionAction = "start" | "kill" | null;

const longestWaitMs = 30_000;
/** So long up, and the next end is a new trouble, not the old one. */
const steadyMs = 60_000;
/** An old host may still be giving the data folder back; after so many tries another program really has it. */
const triesWhileBusy = 4;

/** How long to wait before the next start, after so many in a row that did not last. */
export function waitMs(attempt: number): number {
  return Math.min(500 * 2 ** (attempt - 1), longestWaitMs);
}

/** The first state, in which a process is to be started. */
export const beginning: Supervision = { phase: "starting", attempt: 0 };

/** What follows. An event that means nothing in a state changes nothing. */
export function supervise(
  state: Supervision,
  event: SupervisionEvent,
): { readonly state: Supervision; readonly action: SupervisionAction } {
  const stay = { state, action: null } as const;
  const { phase } = state;
  switch (event.is) {
    case "ready":
      return phase === "starting"
        ? { state: { phase: "running", attempt: state.attempt, since: event.at }, action: null }
        : stay;
    case "failed":
      return phase === "starting"
        ? {
            state: { phase: "failing", attempt: state.attempt, code: event.code, message: event.message },
            action: null,
          }
        : stay;
    case "ended":
      switch (phase) {
        case "starting":
          return wait(state.attempt + 1, event.reason);
        case "running":
          return wait(event.at - state.since >= steadyMs ? 1 : state.attempt + 1, event.reason);
        case "failing":
          return state.code === "data.busy" && state.attempt + 1 < triesWhileBusy
            ? wait(state.attempt + 1, state.message)
            : { state: { phase: "failed", code: state.code, message: state.message }, action: null };
        case "stopping":
          return { state: { phase: "stopped" }, action: null };
        default:
          return stay;
      }
    case "due":
      return phase === "waiting" ? { state: { phase: "starting", attempt: state.attempt }, action: "start" } : stay;
    case "restart":
      if (phase === "waiting" || phase === "failed") return { state: beginning, action: "start" };
      // There is one, which may hang: its end brings the next start.
      return phase === "running" || phase === "starting" ? { state, action: "kill" } : stay;
    case "stop":
      if (phase === "starting" || phase === "running" || phase === "failing") {
        return { state: { phase: "stopping" }, action: null };
      }
      return phase === "stopping" ? stay : { state: { phase: "stopped" }, action: null };
  }
}

function wait(attempt: number, reason: string) {
  return { state: { phase: "waiting", attempt, inMs: waitMs(attempt), reason }, action: null } as const;
}
