import { expect, it } from "vitest";
import { isTrustedSender, type Sender } from "./trusted-sender.ts";

const mainFrame = { url: "app://indoors/", parent: null };

it.each<[string, Sender, boolean]>([
  ["our window's main frame", { contentsId: 1, frame: mainFrame }, true],
  ["a window we did not make", { contentsId: 2, frame: mainFrame }, false],
  ["a frame inside", { contentsId: 1, frame: { url: "app://indoors/", parent: mainFrame } }, false],
  ["a frame that is gone", { contentsId: 1, frame: null }, false],
  ["another origin", { contentsId: 1, frame: { url: "https://example.org/", parent: null } }, false],
  ["an origin that begins alike", { contentsId: 1, frame: { url: "app://indoors.example/", parent: null } }, false],
  ["a file", { contentsId: 1, frame: { url: "file:///app://indoors/", parent: null } }, false],
  ["an empty page", { contentsId: 1, frame: { url: "about:blank", parent: null } }, false],
  ["no address", { contentsId: 1, frame: { url: "", parent: null } }, false],
])("%s", (_who, sender, expected) => {
  expect(isTrustedSender(sender, new Set([1]))).toBe(expected);
});
