import { describe, expect, it } from "vitest";
import { type KeyPress, passesInKiosk } from "./kiosk-keys.ts";

/** "Control+Shift+I" as Electron tells it. */
function press(words: string): KeyPress {
  const parts = words === "+" ? ["+"] : words.split("+").map((part) => (part === "plus" ? "+" : part));
  const key = parts.at(-1) ?? "";
  const held = new Set(parts.slice(0, -1));
  return {
    key: key === "Space" ? " " : key,
    control: held.has("Control") || key === "Control",
    alt: held.has("Alt") || key === "Alt",
    meta: held.has("Meta") || key === "Meta",
    shift: held.has("Shift") || key === "Shift",
  };
}

const blocked = [
  ...Array.from({ length: 24 }, (_, index) => `F${index + 1}`),
  ...["Alt+F4", "Control+F4", "Control+F5", "Shift+F10", "Control+Alt+F1", "Alt+F1", "Alt+F2"],
  ...[..."wWqQrRnNtToOpPsSjJuUhHdDfFgGkKlLeEbBmM"].map((key) => `Control+${key}`),
  ...[..."iIjJcCrRnNtTwWpPvVqQ"].map((key) => `Control+Shift+${key}`),
  ...["Control+plus", "Control+-", "Control+0", "Control+=", "Control+_", "Control+Shift+plus", "Control+Tab"],
  ...["Control+Shift+Tab", "Control+PageDown", "Control+1", "Control+9", "Control+Enter", "Control+Escape"],
  ...["Control+Shift+Escape", "Control+Shift+Delete", "Control+Space", "Control+Insert"],
  ...["Alt+ArrowLeft", "Alt+ArrowRight", "Alt+Home", "Alt+Tab", "Alt+Escape", "Alt+Space", "Alt+d", "Alt+Enter"],
  ...["Control+Alt+Delete", "Control+Alt+t", "Control+Alt+Backspace", "Control+Alt+1", "Control+Alt+Space"],
  ...["Meta", "Meta+l", "Meta+d", "Meta+Tab", "Meta+r", "Super", "OS", "PrintScreen", "ContextMenu", "Pause"],
  ...["BrowserBack", "BrowserForward", "BrowserRefresh", "BrowserHome", "LaunchMail", "Power", "Sleep", "WakeUp"],
  ...["ZoomIn", "ZoomOut", "ZoomToggle", "Unidentified", "AudioVolumeUp", "MediaPlayPause", "Insert", "Help", ""],
];

const letThrough = [
  ..."azAZ09 äßéÄ@€#?/'\"+-".split(""),
  ...["Enter", "Tab", "Shift+Tab", "Escape", "Backspace", "Delete", "Space", "ArrowUp", "Shift+ArrowLeft", "Home"],
  ...["End", "PageUp", "PageDown", "Control+a", "Control+c", "Control+v", "Control+x", "Control+z", "Control+y"],
  ...["Control+Shift+z", "Control+Shift+Z", "Control+ArrowLeft", "Control+Shift+ArrowRight", "Control+Backspace"],
  ...["Control+C", "Dead", "Process", "Shift", "Control", "Alt", "AltGraph"],
  // AltGr on Windows.
  ...["Control+Alt+@", "Control+Alt+€", "Control+Alt+{", "Control+Alt+ą"],
];

describe("keys in a kiosk", () => {
  it.each(blocked)("%s is blocked", (words) => expect(passesInKiosk(press(words), "linux")).toBe(false));
  it.each(letThrough)("%s passes", (words) => expect(passesInKiosk(press(words), "linux")).toBe(true));

  it.each(["Meta+q", "Meta+w", "Meta+Tab", "Meta+Space", "Meta+h", "Meta+m", "Meta+,", "Meta+Alt+Escape", "Control+c"])(
    "%s is blocked on a Mac",
    (words) => expect(passesInKiosk(press(words), "darwin")).toBe(false),
  );
  it.each(["Meta+c", "Meta+v", "Meta+z", "Meta+Shift+z", "Alt+@", "Alt+€", "a"])("%s passes on a Mac", (words) =>
    expect(passesInKiosk(press(words), "darwin")).toBe(true),
  );
});
