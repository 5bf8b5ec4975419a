import { describe, expect, it } from "vitest";
import {
  beginning,
  supervise,
  type Supervision,
  type SupervisionAction,
  type SupervisionEvent,
  waitMs,
} from "./supervision.ts";

const ready = (at = 0): SupervisionEvent => ({ is: "ready", at });
const ended = (at = 0): SupervisionEvent => ({ is: "ended", at, reason: "killed" });
const failed = (code: string): SupervisionEvent => ({ is: "failed", code, message: "why" });
const running: Supervision = { phase: "running", attempt: 3, since: 1000 };
const waiting: Supervision = { phase: "waiting", attempt: 1, inMs: 500, reason: "killed" };
const broken: Supervision = { phase: "failed", code: "store.unusable", message: "why" };
const stopped: Supervision = { phase: "stopped" };

it("waits longer each time, and never over half a minute", () => {
  expect([1, 2, 3, 4, 5, 6, 7, 8, 50].map(waitMs)).toEqual([
    500, 1000, 2000, 4000, 8000, 16_000, 30_000, 30_000, 30_000,
  ]);
});

describe("one step", () => {
  it.each<[string, Supervision, SupervisionEvent, Supervision, SupervisionAction]>([
    ["it is up", beginning, ready(7), { phase: "running", attempt: 0, since: 7 }, null],
    ["it ends while it starts", beginning, ended(), waiting, null],
    ["it ends soon after the start", running, ended(60_999), { ...waiting, attempt: 4, inMs: 4000 }, null],
    ["it ends after a good minute", running, ended(61_000), waiting, null],
    ["the wait is over", waiting, { is: "due" }, { phase: "starting", attempt: 1 }, "start"],
    ["a person does not wait", waiting, { is: "restart" }, beginning, "start"],
    ["a person tries again", broken, { is: "restart" }, beginning, "start"],
    ["a person restarts what runs", running, { is: "restart" }, running, "kill"],
    ["a person restarts what hangs at its start", beginning, { is: "restart" }, beginning, "kill"],
    ["a late end of a failed one", broken, ended(), broken, null],
    ["a wait that was over already", running, { is: "due" }, running, null],
    ["ready twice", running, ready(9000), running, null],
    ["failed while running", running, failed("internal"), running, null],
    ["to stop what runs", running, { is: "stop" }, { phase: "stopping" }, null],
    ["to stop what starts", beginning, { is: "stop" }, { phase: "stopping" }, null],
    ["to stop while waiting", waiting, { is: "stop" }, stopped, null],
    ["to stop what failed", broken, { is: "stop" }, stopped, null],
    ["to stop twice", { phase: "stopping" }, { is: "stop" }, { phase: "stopping" }, null],
    ["stopped", { phase: "stopping" }, ended(), stopped, null],
    ["ready while stopping", { phase: "stopping" }, ready(), { phase: "stopping" }, null],
    ["restart after stop", stopped, { is: "restart" }, stopped, null],
    ["due after stop", stopped, { is: "due" }, stopped, null],
  ])("%s", (_what, state, event, next, action) => {
    expect(supervise(state, event)).toEqual({ state: next, action });
  });
});

/** Lets a host that always ends in this way live, and says in which phases it is left. */
function life(ends: readonly SupervisionEvent[], rounds: number): string[] {
  let state: Supervision = beginning;
  const seen: string[] = [];
  for (let round = 0; round < rounds; round++) {
    for (const event of ends) state = supervise(state, event).state;
    seen.push(state.phase === "waiting" ? `waits ${state.inMs}` : state.phase);
    state = supervise(state, { is: "due" }).state;
  }
  return seen;
}

describe("a host that cannot start", () => {
  it.each(["store.unusable", "audit.unwritable", "internal"])("%s is shown and not tried again", (code) => {
    expect(life([failed(code), ended()], 3)).toEqual(["failed", "failed", "failed"]);
  });

  it("whose folder is busy is tried a few times: the last one may still be ending", () => {
    expect(life([failed("data.busy"), ended()], 5)).toEqual([
      "waits 500",
      "waits 1000",
      "waits 2000",
      "failed",
      "failed",
    ]);
  });

  it("that only dies is tried for ever", () => {
    expect(life([ended()], 9).at(-1)).toBe("waits 30000");
  });
});
