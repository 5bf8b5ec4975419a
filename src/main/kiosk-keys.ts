/** The part of Electron's `Input` that says which key it is. */
export interface KeyPress {
  readonly key: string;
  readonly control: boolean;
  readonly alt: boolean;
  readonly meta: boolean;
  readonly shift: boolean;
}

/** Keys of people who write, and move in what they wrote. */
const plain = new Set([
  ...["Enter", "Tab", "Escape", "Backspace", "Delete", "Home", "End", "PageUp", "PageDown"],
  ...["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight", "Shift", "CapsLock", "Dead", "Compose", "Process"],
]);
/** By themselves they do nothing; what they do with another key is decided at that key. */
const modifiers = new Set(["Control", "Alt", "AltGraph"]);
/** With Ctrl, or on a Mac with Command: copy, cut, paste, undo, all; and to move and delete by words. */
const editing = new Set([
  ...["a", "c", "v", "x", "y", "z", "Backspace", "Delete", "Home", "End"],
  ...["ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"],
]);
/** With Ctrl and Shift: redo, and to select by words. */
const selecting = new Set(["z", "Home", "End", "ArrowUp", "ArrowDown", "ArrowLeft", "ArrowRight"]);

/**
 * Whether a kiosk lets a key through. A list of what is needed, not of what is bad: F5, F11, F12, Alt+F4, Ctrl+W, Meta,
 * PrintScreen and whatever the next Chromium knows are not on it.
 */
export function passesInKiosk({ key, control, alt, meta, shift }: KeyPress, platform: string): boolean {
  if (modifiers.has(key)) return true;
  const isSymbol = [...key].length === 1;
  const [command, other] = platform === "darwin" ? [meta, control] : [control, meta];
  if (other) return false;
  // AltGr is Ctrl+Alt on Windows, and Option is a key for symbols on a Mac: only for what cannot be typed without.
  if (alt) {
    if (!isSymbol || /^[A-Za-z0-9 ]$/.test(key)) return false;
    return platform === "darwin" ? !command : command;
  }
  if (command) return (shift ? selecting : editing).has(isSymbol ? key.toLowerCase() : key);
  return isSymbol || plain.has(key);
}
