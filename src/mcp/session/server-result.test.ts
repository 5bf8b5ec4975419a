import { expect, it } from "vitest";
import { longestServerText, serverResult } from "../../shared/mcp-contract.ts";
import { isSmallData, resourceResult, toolResult } from "./server-result.ts";

const text = (words: string) => ({ type: "text" as const, text: words });

it("is the text of all parts, with a line for what is none", () => {
  const result = toolResult({
    content: [
      text("one"),
      { type: "image", data: "AAAA", mimeType: "image/png" },
      { type: "audio", data: "AAA=", mimeType: "audio/wav" },
      { type: "resource", resource: { uri: "a://1", text: "two" } },
      { type: "resource", resource: { uri: "a://2", blob: "AA==", mimeType: "x/y" } },
      { type: "resource_link", uri: "a://3", name: "three" },
    ],
  });
  expect(result).toEqual({
    text: [
      ...["one", "[Left out: image, image/png, 3 bytes.]", "[Left out: audio, audio/wav, 2 bytes.]", "two"],
      ...["[Left out: resource, x/y, 1 bytes.]", "[Resource: three, a://3]"],
    ].join("\n"),
    data: null,
    isError: false,
    truncated: false,
    leftOut: [
      { kind: "image", mimeType: "image/png", bytes: 3 },
      { kind: "audio", mimeType: "audio/wav", bytes: 2 },
      { kind: "resource", mimeType: "x/y", bytes: 1 },
    ],
  });
});

it("has data that is small, and makes a text of it when there is no other", () => {
  expect(toolResult({ content: [text("t")], structuredContent: { a: 1 } })).toMatchObject({
    text: "t",
    data: { a: 1 },
  });
  expect(toolResult({ content: [], structuredContent: { a: 1 } })).toMatchObject({ text: '{\n "a": 1\n}' });
  const large = { a: "x".repeat(100_001) };
  expect(toolResult({ content: [], structuredContent: large })).toMatchObject({ data: null, truncated: false });
  let deep: unknown = 1;
  for (let at = 0; at < 100_000; at++) deep = { deep };
  expect(toolResult({ content: [text("t")], structuredContent: { deep } })).toMatchObject({ text: "t", data: null });
  expect(isSmallData(null)).toBe(true);
});

it("is cut where it is too long, between characters, and fits the contract", () => {
  const result = toolResult({ content: [text(`${"x".repeat(longestServerText - 1)}😀 and more`)], isError: true });
  expect(result).toMatchObject({ truncated: true, isError: true });
  expect(result.text).toMatch(/^x+\n\[Cut here: 11 more characters came\.\]$/);
  expect(serverResult.safeParse(result).success).toBe(true);
});

it("tells of no more than a hundred parts that were left out", () => {
  const contents = Array.from({ length: 300 }, () => ({ uri: "a://1", blob: "" }));
  expect(resourceResult({ contents }).leftOut).toHaveLength(100);
});
