import { z } from "zod";
import type { Step } from "../shared/run.ts";
import { type ToolCall, transcriptHit } from "../shared/tool.ts";
import { clock } from "../tools/search-transcripts.ts";

const readFile = z.object({ file: z.string() });
const foundFiles = z.object({ results: z.array(z.object({ file: z.string() })) });
const foundPlaces = z.object({ hits: z.array(transcriptHit) });

/** Where the results of a tool come from, from its arguments or from what it found. Other tools have no source. */
const sourcesBy: Readonly<Record<string, (call: ToolCall, data: unknown) => readonly string[]>> = {
  read_file: ({ arguments: args }) => fileOf(args),
  query_csv: ({ arguments: args }) => fileOf(args),
  query_sqlite: ({ arguments: args }) => fileOf(args),
  search_files: (_call, data) => foundFiles.safeParse(data).data?.results.map(({ file }) => file) ?? [],
  search_transcripts: (_call, data) =>
    foundPlaces.safeParse(data).data?.hits.map((hit) => `${hit.recordingName}, ${clock(hit.startMs)}`) ?? [],
};

/** What a run has read, each once, in the order of reading: files as the model names them, places in recordings. */
export function sourcesOf(steps: readonly Step[]): readonly string[] {
  const calls = steps.filter((step) => step.kind === "call").map(({ call }) => call);
  const sources = steps.flatMap((step) => {
    if (step.kind !== "result" || !step.outcome.ok) return [];
    const call = calls.find(({ id }) => id === step.callId);
    if (call === undefined || !Object.hasOwn(sourcesBy, call.tool)) return [];
    return sourcesBy[call.tool]?.(call, step.outcome.data) ?? [];
  });
  return [...new Set(sources)];
}

function fileOf(args: unknown): readonly string[] {
  const { data } = readFile.safeParse(args);
  return data === undefined ? [] : [data.file];
}
