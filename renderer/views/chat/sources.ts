import type { Step } from "../../../src/shared/run.ts";
import { type Grant, transcriptHit } from "../../../src/shared/tool.ts";

/** Something an answer was made from. */
export type Source =
  /** `shown` is as the model knows it: `<grant>/<path>`. `path` is where it lies, when the grant is known. */
  | { readonly kind: "file"; readonly shown: string; readonly path: string | null }
  | { readonly kind: "place"; readonly transcriptId: string; readonly name: string; readonly atMs: number };

/** What a run has read, each once, in the order of reading. The export of a conversation lists the same. */
export function sourcesOf(steps: readonly Step[], grants: readonly Grant[]): readonly Source[] {
  const calls = new Map(steps.flatMap((step) => (step.kind === "call" ? [[step.call.id, step.call] as const] : [])));
  const found = steps.flatMap((step): readonly Source[] => {
    if (step.kind !== "result" || !step.outcome.ok) return [];
    const call = calls.get(step.callId);
    if (call === undefined) return [];
    const data = recordOf(step.outcome.data);
    switch (call.tool) {
      case "read_file":
      case "query_csv":
      case "query_sqlite":
        return fileSource(call.arguments["file"], grants);
      case "search_files":
        return listOf(data["results"]).flatMap((one) => fileSource(recordOf(one)["file"], grants));
      case "search_transcripts":
        return listOf(data["hits"]).flatMap((one) => {
          const { data: hit } = transcriptHit.safeParse(one);
          if (hit === undefined) return [];
          return [{ kind: "place", transcriptId: hit.transcriptId, name: hit.recordingName, atMs: hit.startMs }];
        });
      default:
        return [];
    }
  });
  return [...new Map(found.map((source) => [keyOf(source), source])).values()];
}

/** The same for the same source. */
export function keyOf(source: Source): string {
  return source.kind === "file" ? source.shown : `${source.transcriptId} ${source.atMs}`;
}

function fileSource(shown: unknown, grants: readonly Grant[]): readonly Source[] {
  if (typeof shown !== "string") return [];
  const grant = grants.find(({ name }) => shown.startsWith(`${name}/`));
  if (grant === undefined) return [{ kind: "file", shown, path: null }];
  const separator = grant.path.includes("\\") ? "\\" : "/";
  const rest = shown.slice(grant.name.length + 1).split("/");
  return [{ kind: "file", shown, path: [grant.path.replace(/[\\/]$/u, ""), ...rest].join(separator) }];
}

function recordOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null ? (value as Record<string, unknown>) : {};
}

function listOf(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}
