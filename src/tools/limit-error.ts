import { IndoorsError } from "../shared/errors.ts";
import type { SandboxLimits } from "../shared/sandbox.ts";
import type { ToolCall } from "../shared/tool.ts";
import { neutraliseLine } from "./neutralise.ts";
import type { SealedExit } from "./sandbox/sandbox.ts";

const sentences: Readonly<Record<keyof SandboxLimits, string>> = {
  wallMs: "took too long",
  cpuSeconds: "computed for too long",
  memoryMb: "needed too much memory",
  processes: "started too many processes",
  fileMb: "wrote a file that is too large",
  writtenMb: "wrote too much",
  outputBytes: "printed too much",
};

/** The call in words: the tool, and the file it was about. A file that is made to do harm is named that way. */
export function subjectOf({ tool, arguments: { file } }: ToolCall): string {
  return typeof file === "string" ? `${tool} of '${neutraliseLine(file)}'` : tool;
}

/** `sentence` completes "it …". */
export function limitError(subject: string, limit: string, sentence: string): IndoorsError {
  return new IndoorsError("tool.limit", `${subject} was stopped: it ${sentence}. Ask for less in one call.`, { limit });
}

/** The error for a process that its sandbox ended for going over a limit; undefined when it ended otherwise. */
export function ofSandbox(subject: string, { limit }: SealedExit): IndoorsError | undefined {
  return limit === null ? undefined : limitError(subject, limit, sentences[limit]);
}
