import type { ToolDefinition } from "./definition.ts";

/** The tools by name, each loaded only when it is asked for: a cold worker loads one. `registry.ts` has them for the host. */
const tools: Readonly<Record<string, () => Promise<ToolDefinition>>> = {
  list_folder: async () => (await import("./list-folder.ts")).listFolder,
  read_file: async () => (await import("./read-file.ts")).readFile,
  search_files: async () => (await import("./search-files.ts")).searchFiles,
  search_transcripts: async () => (await import("./search-transcripts.ts")).searchTranscripts,
  calculate: async () => (await import("./calculate.ts")).calculate,
  date_arithmetic: async () => (await import("./date-arithmetic.ts")).dateArithmetic,
  query_csv: async () => (await import("./query-csv.ts")).queryCsv,
  query_sqlite: async () => (await import("./query-sqlite.ts")).querySqlite,
  write_file: async () => (await import("./write-file.ts")).writeFile,
};

/** Loads the tool of this name, or undefined when there is none. */
export async function loadTool(name: string): Promise<ToolDefinition | undefined> {
  return Object.hasOwn(tools, name) ? await tools[name]?.() : undefined;
}

/**
 * Makes a worker ready that waits for its call: loads every tool with what most of its calls need, and reads a file of
 * our own once, since the first reading takes Node several times as long as the next.
 */
export async function loadAllTools(): Promise<void> {
  for (const load of Object.values(tools)) await (await load()).prepare?.();
  const own = { name: "own", path: import.meta.dirname, mode: "ro" } as const;
  const { signal } = new AbortController();
  const nobody = { call: () => Promise.reject(new Error("a rehearsal asks nobody")) };
  const context = { grants: [own], broker: nobody, today: "2026-11-23", signal, weights: { ocr: null } };
  await (
    await tools["read_file"]?.()
  )?.run({ file: `own${import.meta.filename.slice(import.meta.dirname.length)}` }, context);
}
