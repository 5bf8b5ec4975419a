import type { BrowserWindow, BrowserWindowConstructorOptions } from "electron";
import type { KioskView } from "../shared/kiosk.ts";

/** What the program of a kiosk ends with. resources/kiosk knows the first: "stay stopped"; after all else it starts again. */
export const kioskExitCodes = {
  /** Somebody left with the PIN. */
  left: 86,
  /** There is no kiosk.json, or a wrong one, which may be corrected meanwhile. */
  refused: 78,
} as const;

/** The contract that a call belongs to. */
export type CalledContract = "host" | "shell";

/** What the shell asks of a kiosk. It stands between the window and everything else; without one there is no limit. */
export interface Kiosk {
  readonly view: KioskView;
  /** Laid over the options of an ordinary window. */
  readonly windowOptions: BrowserWindowConstructorOptions;
  /** Whether the window may make this call, whatever the page asks for. The relay refuses all else. */
  allows(contract: CalledContract, method: string, params: unknown): boolean;
  /** Blocks keys, gestures and menus of a window that was just made. */
  guard(window: BrowserWindow): void;
  /** Somebody is there. */
  touch(): void;
  /** Seconds of the countdown; 0: clear everything; null: somebody is there again. */
  onIdle(tell: (secondsLeft: number | null) => void): () => void;
  /** Checks the PIN. When it was right the shell quits with `leftExitCode`. `waitMs`: so long no further try counts. */
  leave(pin: string): Promise<{ readonly left: boolean; readonly waitMs: number }>;
  /** What the process ends with after the PIN: the unit that restarts it knows it. */
  readonly leftExitCode: number;
  /**
   * The path that an export of this name goes to, in the export folder, where nothing of that name is yet.
   * @throws IndoorsError `input.invalid` when it was not confirmed, or exports are off; `file.unreadable` when the folder is gone
   */
  exportPath(suggestedName: string, confirmed: boolean): Promise<string>;
  dispose(): void;
}
