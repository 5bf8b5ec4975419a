import { calculate } from "./calculate.ts";
import { dateArithmetic } from "./date-arithmetic.ts";
import type { Image } from "../shared/image.ts";
import type { AnyTool, ToolDefinition } from "./definition.ts";
import { listFolder } from "./list-folder.ts";
import { queryCsv } from "./query-csv.ts";
import { querySqlite } from "./query-sqlite.ts";
import { readFile } from "./read-file.ts";
import { runScript } from "./run-script.ts";
import { searchFiles } from "./search-files.ts";
import { searchTranscripts } from "./search-transcripts.ts";
import { writeFile } from "./write-file.ts";

/** The tools that need nothing but Indoors, in the order in which a model is told of them. `load-tool.ts` has them for workers. */
export const tools: readonly ToolDefinition[] = [
  listFolder,
  readFile,
  searchFiles,
  searchTranscripts,
  calculate,
  dateArithmetic,
  queryCsv,
  querySqlite,
  writeFile,
];

/** All tools where there are these execution images. */
export function toolsFor(images: readonly Image[]): readonly AnyTool[] {
  return images.length === 0 ? tools : [...tools, runScript(images)];
}
