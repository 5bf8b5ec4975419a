import { describe, expect, it } from "vitest";
import { shortcutOf } from "./commands.tsx";

const key = (name: string, held: Partial<Record<"ctrlKey" | "metaKey" | "altKey" | "shiftKey", boolean>> = {}) =>
  shortcutOf({ key: name, ctrlKey: false, metaKey: false, altKey: false, shiftKey: false, ...held });

describe("shortcuts as they are written", () => {
  it.each([
    [key("k", { ctrlKey: true }), "Ctrl+K"],
    [key("k", { metaKey: true }), "Ctrl+K"],
    [key("?", { shiftKey: true }), "?"],
    [key("1", { altKey: true }), "Alt+1"],
    [key(" ", { ctrlKey: true }), "Ctrl+Space"],
    [key("ArrowUp", { altKey: true, shiftKey: true }), "Alt+Shift+ArrowUp"],
    [key("Escape"), "Escape"],
    [key("P", { ctrlKey: true, shiftKey: true }), "Ctrl+Shift+P"],
  ])("%s", (written, expected) => expect(written).toBe(expected));
});
