import type { ToolOutcome } from "../../shared/tool.ts";
import type { ToolLimits } from "../definition.ts";
import { callTool } from "./call-tool.ts";

export interface WholeText {
  /** The pages one after the other, without the words around them; of a refusal its sentence. */
  readonly text: string;
  readonly outcomes: readonly ToolOutcome[];
  readonly first: ToolOutcome;
  readonly ms: number;
}

/** Reads a file of a folder page by page as a model would, in real workers, until the end or `most` calls. */
export async function readWhole(
  folder: string,
  file: string,
  more: { readonly ocr?: string | null; readonly most?: number; readonly limits?: Partial<ToolLimits> } = {},
): Promise<WholeText> {
  const began = performance.now();
  const outcomes: ToolOutcome[] = [];
  const pieces: string[] = [];
  let from: { from_page?: number; from_line?: number } | null = {};
  while (from !== null && outcomes.length < (more.most ?? 400)) {
    const { outcome } = await callTool(
      "read_file",
      { file: `docs/${file}`, ...from },
      [{ name: "docs", path: folder, mode: "ro" }],
      { weights: { ocr: more.ocr ?? null }, limits: more.limits },
    );
    outcomes.push(outcome);
    const [, ...lines] = outcome.text.split("\n");
    const last = lines.at(-1) ?? "";
    pieces.push(outcome.ok ? lines.filter((line) => !line.startsWith("[truncated, ")).join("\n") : outcome.text);
    const page = /continue at from_page (\d+)/.exec(last)?.[1];
    const line = /from_line (\d+)\]$/.exec(last)?.[1];
    from =
      outcome.ok && outcome.truncated
        ? { ...(page && { from_page: Number(page) }), ...(line && { from_line: Number(line) }) }
        : null;
  }
  const [first] = outcomes;
  if (first === undefined) throw new Error("nothing was read");
  return { text: pieces.join("\n"), outcomes, first, ms: Math.round(performance.now() - began) };
}

/** The share of the expected words that were read, each as often as it is expected; without case, signs and order. */
export function wordRecall(expected: string, read: string): { readonly recall: number; readonly words: number } {
  const left = new Map<string, number>();
  for (const word of wordsOf(read)) left.set(word, (left.get(word) ?? 0) + 1);
  const wanted = wordsOf(expected);
  let found = 0;
  for (const word of wanted) {
    const there = left.get(word) ?? 0;
    if (there === 0) continue;
    left.set(word, there - 1);
    found++;
  }
  return { recall: wanted.length === 0 ? 1 : found / wanted.length, words: wanted.length };
}

function wordsOf(text: string): string[] {
  return (
    text
      .normalize("NFKC")
      .toLowerCase()
      .match(/[\p{L}\p{N}]+/gu) ?? []
  );
}
