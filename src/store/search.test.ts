import { describe, expect, test } from "vitest";
import { transcriptHit } from "../shared/tool.ts";
import { commitWindow } from "./commit-window.ts";
import type { Writer } from "./connection.ts";
import { addMessage, createConversation } from "./conversations.ts";
import { claimNextJob, createJob } from "./jobs.ts";
import { addRecording } from "./recordings.ts";
import { createRun, finishRun, replaceRuns } from "./runs.ts";
import { searchMessages, searchSegments } from "./search.ts";
import { addTranscript, freshStore, isWhole, origin } from "./testing/fresh-store.ts";
import { completeTranscript, openTranscript } from "./transcripts.ts";

/** Stores the lines as one window of the transcript, a second each. */
function say(writer: Writer, transcriptId: string, lines: readonly string[]): void {
  createJob(writer, { kind: "transcription", input: null });
  const jobId = claimNextJob(writer)!.id;
  const doneMs = lines.length * 1000;
  commitWindow(writer, {
    transcriptId,
    jobId,
    segments: lines.map((text, index) => ({ startMs: index * 1000, endMs: index * 1000 + 900, text })),
    cursor: { nextWindow: 1, doneMs },
    progress: { done: doneMs, total: doneMs },
  });
}

function transcribed(lines: readonly string[]) {
  const store = freshStore();
  const { recording, transcript } = addTranscript(store.writer);
  say(store.writer, transcript.id, lines);
  const find = (query: string, limit = 10) => searchSegments(store.reader, { query, limit }).map(({ text }) => text);
  return { ...store, recording, transcript, find };
}

describe("searchSegments", () => {
  test("a hit says where it is, in the contract's form", () => {
    const { reader, recording, transcript } = transcribed(["Okay, Houston", "we've had a problem here"]);
    const [hit, ...others] = searchSegments(reader, { query: "problem", limit: 10 });
    expect(others).toEqual([]);
    expect(transcriptHit.parse(hit)).toMatchObject({
      recordingId: recording.id,
      recordingName: "apollo-13.wav",
      transcriptId: transcript.id,
      startMs: 1000,
      endMs: 1900,
      text: "we've had a problem here",
    });
  });

  test("all words come before any word, and a rare word before a common one", () => {
    const { find } = transcribed([
      "the valve opened",
      "the oxygen tank",
      "the pressure in the oxygen tank fell at the valve",
      "the end of the day",
    ]);
    const [first, ...rest] = find("oxygen valve");
    expect(first).toBe("the pressure in the oxygen tank fell at the valve");
    expect(rest.sort()).toEqual(["the oxygen tank", "the valve opened"]);
    expect(find("the day")[0]).toBe("the end of the day");
    expect(find("the oxygen day").at(-1)).toBe("the valve opened");
    expect(find("the oxygen day")).toHaveLength(4);
    expect(find("oxygen valve", 2)).toHaveLength(2);
    expect(find("oxygen", 0)).toEqual([]);
  });

  test("the last word is a beginning, the others are whole; accents and case do not matter", () => {
    const { find } = transcribed(["Undervoltage on main bus B", "Café crème für Zoë", "O'Brien said 3.5 volts"]);
    expect(find("under")).toEqual(["Undervoltage on main bus B"]);
    expect(find("mai bu")).toEqual(["Undervoltage on main bus B"]);
    expect(find("unde xyz")).toEqual([]);
    expect(find("CAFE creme")).toEqual(["Café crème für Zoë"]);
    expect(find("fu\u0308r zoe\u0308")).toEqual(["Café crème für Zoë"]);
    expect(find("o'brien")).toEqual(["O'Brien said 3.5 volts"]);
    expect(find("3.5")).toEqual(["O'Brien said 3.5 volts"]);
  });

  test("no text is a syntax error", () => {
    const { find } = transcribed(['he said "near" and not or', "text: column filter", "minus -5 plus +5"]);
    for (const nothing of [
      "",
      "   ",
      '"',
      '""',
      "*",
      "NEAR(",
      "(",
      ")",
      "^",
      "-",
      "+",
      ":",
      "🚀",
      "👩‍🚀 🛰️",
      "\0",
      "{}",
      "''",
      "--",
    ]) {
      const hits = find(nothing);
      expect(hits, JSON.stringify(nothing)).toEqual(nothing === "NEAR(" ? ['he said "near" and not or'] : []);
    }
    expect(find('"near" AND')).toEqual(['he said "near" and not or']);
    expect(find("near\0and")).toEqual(['he said "near" and not or']);
    expect(find("text:column")).toEqual(["text: column filter"]);
    expect(find("🚀 minus")).toEqual(["minus -5 plus +5"]);
    const symbols = [
      '"',
      "*",
      "(",
      ")",
      "NEAR",
      "AND",
      "OR",
      "NOT",
      "^",
      ":",
      "-",
      "+",
      "{",
      "}",
      "\0",
      "\ud800",
      "é",
      "a",
      "漢",
      " ",
    ];
    for (let round = 0; round < 2000; round++) {
      const text = Array.from({ length: round % 12 }, () => symbols[Math.floor(Math.random() * symbols.length)]).join(
        "",
      );
      expect(() => find(text), JSON.stringify(text)).not.toThrow();
    }
    expect(find("plus ".repeat(5000))).toEqual(["minus -5 plus +5"]);
  });

  test("one recording only, when asked", () => {
    const { reader, writer, recording } = transcribed(["the fuel cell"]);
    const other = addTranscript(writer, "other.wav");
    say(writer, other.transcript.id, ["another fuel cell"]);
    const find = (recordingId: string | null) =>
      searchSegments(reader, { query: "fuel", recordingId, limit: 5 }).map(({ recordingName }) => recordingName);
    expect(find(null).sort()).toEqual(["apollo-13.wav", "other.wav"]);
    expect(find(recording.id)).toEqual(["apollo-13.wav"]);
    expect(find("x")).toEqual([]);
  });

  test("of several transcripts of a recording the newest complete one is searched", () => {
    const { writer, recording, transcript, find } = transcribed(["the fuel cell, first"]);
    const second = openTranscript(writer, { recordingId: recording.id, origin: { ...origin, modelName: "tiny" } });
    say(writer, second.id, ["the fuel sell, second"]);
    expect(find("fuel")).toEqual(["the fuel sell, second"]);
    completeTranscript(writer, transcript.id, "en");
    expect(find("fuel")).toEqual(["the fuel cell, first"]);
    completeTranscript(writer, second.id, "en");
    expect(find("fuel")).toEqual(["the fuel sell, second"]);
  });

  test("a changed text is found by its new words only", () => {
    const store = transcribed(["the fuel sell"]);
    store.writer.run("UPDATE segments SET text = 'the fuel cell'");
    expect(store.find("sell")).toEqual([]);
    expect(store.find("cell")).toEqual(["the fuel cell"]);
    expect(isWhole(store)).toBe(true);
  });
});

test("searchMessages finds messages like segments", () => {
  const { reader, writer } = freshStore();
  const [a, b] = ["Power", "Water"].map((title) => createConversation(writer, { title }));
  addMessage(writer, { conversationId: a!.id, role: "user", text: "How much power is left?" });
  const answer = addMessage(writer, { conversationId: b!.id, role: "assistant", text: "Little power, no water." });
  expect(searchMessages(reader, { query: 'water pow"', limit: 5 })[0]).toEqual({
    messageId: answer.id,
    conversationId: b!.id,
    conversationTitle: "Water",
    role: "assistant",
    text: "Little power, no water.",
    createdAt: answer.createdAt,
  });
  expect(searchMessages(reader, { query: "power", limit: 5 })).toHaveLength(2);
  expect(searchMessages(reader, { query: "power", conversationId: a!.id, limit: 5 })).toHaveLength(1);
  expect(searchMessages(reader, { query: "*", limit: 5 })).toEqual([]);
});

test("searchMessages leaves out what was taken back", () => {
  const { reader, writer } = freshStore();
  const { id: conversationId } = createConversation(writer, { title: "Power" });
  const run = {
    conversationId,
    agent: "assistant",
    model: "m",
    modelSha256: "00",
    device: "auto" as const,
    grants: [],
  };
  const ask = (text: string) => {
    const { id: runId } = createRun(writer, run);
    addMessage(writer, { conversationId, role: "user", text, runId });
    finishRun(writer, runId, "done");
    return runId;
  };
  const find = () => searchMessages(reader, { query: "power", limit: 5 }).map(({ text }) => text);
  const replaced = ask("power of the fuel cells");
  expect(find()).toEqual(["power of the fuel cells"]);
  replaceRuns(writer, { replaced, by: ask("power of the batteries") });
  expect(find()).toEqual(["power of the batteries"]);
});

test("20,000 segments: the time of a search is printed", () => {
  const { reader, writer } = freshStore();
  const words = Array.from({ length: 3000 }, (_, index) => `word${index}`);
  // A few words very often, most of them seldom, as in speech.
  const pick = () => words[Math.floor(words.length * Math.random() ** 4)];
  writer.transaction(() => {
    for (let index = 0; index < 20; index++) {
      const name = `${index}.wav`;
      const { id: recordingId } = addRecording(writer, { path: name, name, sha256: name, bytes: 1 });
      const lines = Array.from({ length: 1000 }, () => Array.from({ length: 12 }, pick).join(" "));
      say(writer, openTranscript(writer, { recordingId, origin }).id, lines);
    }
  });
  for (const query of ["word0", "word0 word1 word2", "word2900 word1500", "wo"]) {
    const start = performance.now();
    const hits = searchSegments(reader, { query, limit: 20 });
    process.stdout.write(`search of 20,000 segments for "${query}": ${(performance.now() - start).toFixed(1)} ms\n`);
    expect(hits.length).toBeGreaterThan(0);
  }
});
