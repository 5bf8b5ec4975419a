import { type BrowserWindow, clipboard, type InputEvent, screen } from "electron";
import { passesInKiosk } from "./kiosk-keys.ts";

/** What a person does with a screen. That a mouse lies there and trembles is nobody. */
const signsOfLife: ReadonlySet<InputEvent["type"]> = new Set([
  ...(["mouseDown", "mouseWheel", "touchStart", "pointerDown", "gestureTapDown"] as const),
  ...(["gestureScrollBegin", "rawKeyDown", "keyDown"] as const),
]);

/** The screen takes a moment to do what a window asks for: so often, and so long, it is looked at. */
const fillPauseMs = 250;
const fillRounds = 20;

/** Keeps a window on the whole screen, and its person in it. Every key and touch is told to `touch`. */
export function guardKioskWindow(window: BrowserWindow, platform: string, touch: () => void): void {
  const { webContents: contents } = window;
  window.removeMenu();
  contents.on("before-input-event", (event, input) => {
    if (!passesInKiosk(input, platform)) event.preventDefault();
  });
  contents.on("input-event", (_event, { type }) => {
    if (signsOfLife.has(type)) touch();
  });
  contents.on("context-menu", (event) => event.preventDefault());
  // Buttons of a mouse or keyboard that go back and forward.
  window.on("app-command", (event) => event.preventDefault());
  contents.on("devtools-opened", () => contents.closeDevTools());
  // A window manager or task switcher may ask; `app.exit` after the PIN does not.
  window.on("close", (event) => event.preventDefault());

  let watching: NodeJS.Timeout | undefined;
  const fill = (round = 0) => {
    clearTimeout(watching);
    if (window.isDestroyed() || round === fillRounds) return;
    if (!window.isKiosk()) window.setKiosk(true);
    // Where there is no window manager nobody makes a window as large as the screen: it is asked for, and what GTK adds
    // for a frame that is not there is taken off again. What it says of itself is true only a while after.
    const { x, y, width, height } = window.getBounds();
    const wanted = screen.getDisplayMatching({ x, y, width, height }).bounds;
    const isThere = x === wanted.x && y === wanted.y;
    if (!isThere || width !== wanted.width || height !== wanted.height) {
      const over = isThere ? { width: width - wanted.width, height: height - wanted.height } : { width: 0, height: 0 };
      window.setBounds({ ...wanted, width: wanted.width - over.width, height: wanted.height - over.height });
    }
    watching = setTimeout(() => fill(round + 1), fillPauseMs);
  };
  const refill = () => fill();
  window.once("show", refill);
  window.on("leave-full-screen", refill);
  window.on("minimize", () => window.restore());
  screen.on("display-metrics-changed", refill);
  screen.on("display-removed", refill);
  window.once("closed", () => {
    screen.off("display-metrics-changed", refill);
    screen.off("display-removed", refill);
  });
}

/** Takes away what a person left in the window and around it: the page's memory, its history, the clipboard. */
export function clearKioskWindow(window: BrowserWindow): void {
  clipboard.clear();
  if (process.platform === "linux") clipboard.clear("selection");
  if (window.isDestroyed()) return;
  window.webContents.navigationHistory.clear();
  window.webContents.reload();
}
