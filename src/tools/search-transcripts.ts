import { defineTool } from "./definition.ts";
import { neutraliseLine } from "./neutralise.ts";

const mostHits = 8;

/** Searches what was said. The host does the searching: the worker never sees the store. */
export const searchTranscripts = defineTool({
  spec: {
    name: "search_transcripts",
    description: "Searches what was said in the recordings for words.",
    arguments: {
      words: { kind: "span", description: "The words to look for." },
      recording: {
        kind: "recording",
        description: "The recording to search. Leave it out to search all of them.",
        optional: true,
      },
    },
    needs: ["transcripts"],
    effect: "read",
  },
  limits: { wallMs: 15_000, heapMb: 128, outputCharacters: 100_000 },
  async run({ words, recording }, { broker, signal }) {
    const { hits } = await broker.call(
      "searchTranscripts",
      { query: words, recordingId: recording ?? null, limit: mostHits },
      { signal },
    );
    if (hits.length === 0) {
      return {
        ok: true,
        text: `Nothing that was said matches '${neutraliseLine(words)}'.`,
        data: { hits },
        truncated: false,
      };
    }
    const lines = hits.map(
      (hit) => `[${clock(hit.startMs)}] ${neutraliseLine(hit.recordingName)}: ${neutraliseLine(hit.text.trim())}`,
    );
    return { ok: true, text: lines.join("\n"), data: { hits }, truncated: false };
  },
});

/** mm:ss from the start of the recording, h:mm:ss from an hour on. */
export function clock(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const minutes = Math.floor(seconds / 60);
  return minutes < 60
    ? `${two(minutes)}:${two(seconds % 60)}`
    : `${Math.floor(minutes / 60)}:${two(minutes % 60)}:${two(seconds % 60)}`;
}

function two(value: number): string {
  return String(value).padStart(2, "0");
}
