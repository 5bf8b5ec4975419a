import { expect, it } from "vitest";
import { showHidden } from "./show-hidden.ts";

it("writes out what a terminal obeys and what nobody sees, and leaves writing alone", () => {
  expect(showHidden("a\u001b[31m\nb\u202ec\u200bd\u{e0041}")).toBe("a\\u{1b}[31m\\u{a}b\\u{202e}c\\u{200b}d\\u{e0041}");
  expect(showHidden("Ärzte 東京 😀 <b>")).toBe("Ärzte 東京 😀 <b>");
});
