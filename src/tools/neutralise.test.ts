import { describe, expect, it } from "vitest";
import { neutralise, neutraliseDeep, neutraliseLine } from "./neutralise.ts";

describe("neutralise", () => {
  it.each([
    ["a colour", "\u001b[31mred", "␛[31mred"],
    ["a window title", "\u001b]0;x\u0007", "␛]0;x␇"],
    ["the clipboard", "\u001b]52;c;eA==\u001b\\", "␛]52;c;eA==␛\\"],
    ["a C1 control", "\u009b2J", "\ufffd2J"],
    ["a carriage return over the line", "safe\revil", "safe\nevil"],
    ["a turned direction", "\u202Egpj.exe", "\ufffdgpj.exe"],
    ["invisible letters", "hi\u{e0069}\u{e0067}", "hi\ufffd\ufffd"],
    ["a hidden space", "pass\u200bword", "pass\ufffdword"],
    ["bytes in variation selectors", "hi\u{e0100}\u{e01ef}\ufe01\ufe02\ufe03", "hi\ufffd\ufffd\ufffd"],
    ["bytes in joiners", "hi\u200c\u200d\u200d\u200c!", "hi\ufffd!"],
    ["invisible operators and fillers", "a\u2062b\u3164c\u2060", "a\ufffdb\ufffdc\ufffd"],
    ["half a surrogate pair", "\ud800", "\ufffd"],
    ["other line ends", "a\u2028b\u0085c", "a\nb\nc"],
    ["backspace and delete", "a\bb\u007f", "a␈b␡"],
  ])("disarms %s", (_, text, safe) => {
    expect(neutralise(text)).toBe(safe);
  });

  it.each([
    "tab\tand\nline",
    "Grüße – “quotes” 日本語 שלום\u200f عربي",
    "👩\u200d👩\u200d👧 ❤\ufe0f\u200d🔥 می\u200cخواهم",
  ])("leaves ordinary text alone: %j", (text) => {
    expect(neutralise(text)).toBe(text);
  });
});

it("neutraliseLine keeps a name on one line", () => {
  expect(neutraliseLine("a\nb\tc\r\nd")).toBe("a␊b␉c␊d");
});

it("neutraliseDeep reaches keys and nested values and leaves the rest", () => {
  expect(neutraliseDeep({ "\u001b": [{ a: "\u0007" }, 1, null, true] })).toEqual({ "␛": [{ a: "␇" }, 1, null, true] });
});
