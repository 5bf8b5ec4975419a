import { calculate } from "./calculate.ts";
import { dateArithmetic } from "./date-arithmetic.ts";
import type { ToolDefinition } from "./definition.ts";
import { listFolder } from "./list-folder.ts";
import { readFile } from "./read-file.ts";
import { searchFiles } from "./search-files.ts";
import { searchTranscripts } from "./search-transcripts.ts";

/** All tools, in the order in which a model is told of them. */
export const tools: readonly ToolDefinition[] = [
  listFolder,
  readFile,
  searchFiles,
  searchTranscripts,
  calculate,
  dateArithmetic,
];
