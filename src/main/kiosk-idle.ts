import type { KioskConfig } from "../shared/kiosk.ts";

/** The idle clock of a kiosk. Times are milliseconds of a clock that never goes back. */
export interface IdleState {
  readonly touchedAt: number;
  /** What the window was told last: seconds of the countdown; 0: it shows the start screen; null: somebody is there. */
  readonly told: number | null;
}

/** As it starts: the start screen, and nothing to clear. */
export const idleAtStart: IdleState = { touchedAt: 0, told: 0 };

/** Somebody touched the screen. */
export function touched(_state: IdleState, now: number): IdleState {
  return { touchedAt: now, told: null };
}

/** Time went by. Once cleared it stays cleared until somebody comes. */
export function ticked(
  state: IdleState,
  now: number,
  { idleSeconds, countdownSeconds }: Pick<KioskConfig, "idleSeconds" | "countdownSeconds">,
): IdleState {
  if (state.told === 0) return state;
  const away = (now - state.touchedAt) / 1000;
  if (away < idleSeconds) return state.told === null ? state : { ...state, told: null };
  return { ...state, told: Math.max(0, Math.ceil(idleSeconds + countdownSeconds - away)) };
}
