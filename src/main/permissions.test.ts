import { expect, it } from "vitest";
import { decidePermission } from "./permissions.ts";

/** Every name that Electron's handlers know, and some that they may learn. */
const names = [
  ...["clipboard-read", "clipboard-sanitized-write", "deprecated-sync-clipboard-read", "display-capture", "fileSystem"],
  ...["fullscreen", "geolocation", "hid", "idle-detection", "keyboardLock", "media", "mediaKeySystem", "midi"],
  ...["midiSysex", "notifications", "openExternal", "pointerLock", "serial", "speaker-selection", "storage-access"],
  ...["top-level-storage-access", "unknown", "usb", "window-management", "constructor", "__proto__", ""],
];

it("our main frame gets the microphone and the clipboard's writing side, and nothing else", () => {
  const given = names.filter((permission) => decidePermission({ permission, ours: true, media: ["audio"] }));
  expect(given).toEqual(["clipboard-sanitized-write", "media"]);
});

it("nobody else gets anything", () => {
  expect(names.filter((permission) => decidePermission({ permission, ours: false, media: ["audio"] }))).toEqual([]);
});

it.each([
  [["audio"], true],
  [["audio", "video"], false],
  [["video"], false],
  [["unknown"], false],
  [[], false],
  [undefined, false],
])("media %j: %s", (media, expected) => {
  expect(decidePermission({ permission: "media", ours: true, ...(media && { media }) })).toBe(expected);
});
