import { generateKeyPairSync } from "node:crypto";
import { expect, it } from "vitest";
import { anchorText, isSignedBy, makeAnchor, readAnchors } from "./anchor.ts";

const { privateKey, publicKey } = generateKeyPairSync("ed25519");
const anchor = makeAnchor(
  { logId: "log-1", seq: 7, digest: "ab".repeat(32), time: "2026-11-23T10:00:00.000Z" },
  privateKey,
);

it("a signature holds for exactly what was signed", () => {
  expect(isSignedBy(anchor, publicKey)).toBe(true);
  for (const change of [{ seq: 8 }, { head: "cd".repeat(32) }, { logId: "log-2" }, { time: "2027" }, { device: "x" }]) {
    expect(isSignedBy({ ...anchor, ...change }, publicKey)).toBe(false);
  }
  expect(isSignedBy(anchor, generateKeyPairSync("ed25519").publicKey)).toBe(false);
});

it("JSON lines and printed texts are read from one file, in lines a printer can take", () => {
  const text = anchorText(anchor);
  expect(Math.max(...text.split("\n").map((line) => line.length))).toBeLessThanOrEqual(60);
  const json = JSON.stringify(anchor);
  expect(readAnchors(`${json}\n${text}\n${json}\n`)).toEqual({ anchors: [anchor, anchor, anchor], findings: [] });
});

it("a slip in typing is noticed, wherever it is", () => {
  const lines = anchorText(anchor).split("\n");
  for (const index of lines.keys()) {
    if (index === 0 || lines[index] === "") continue;
    const slipped = lines.with(
      index,
      lines[index]!.replace(/[0-9a-z](?=[^0-9a-z]*$)/i, (one) => (one === "1" ? "2" : "1")),
    );
    expect(readAnchors(slipped.join("\n"))).toMatchObject({ anchors: [], findings: [{ kind: "anchor" }] });
  }
});

it("what is no anchor is a finding", () => {
  expect(readAnchors('{"version":2}\nnonsense\n').findings).toHaveLength(2);
});
