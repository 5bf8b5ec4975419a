import type { ApprovalRequest } from "../shared/approval.ts";
import type { FileChange } from "../shared/change.ts";
import { showHidden } from "../shared/show-hidden.ts";
import { bytesInWords } from "./words.ts";

const effectWords = {
  read: "reads and changes nothing",
  write: "writes files",
  run: "runs a script",
} as const;

/**
 * All there is to know before saying yes, as lines: nothing is shortened, and what could hide or disguise itself on a
 * terminal is written out.
 */
export function describeApproval(request: ApprovalRequest): readonly string[] {
  const { about, call, effect, grants, level, reason, taint, changes } = request;
  const tool = showHidden(call.tool);
  const asked = about === "call" ? `${tool} (it ${effectWords[effect]})` : `what ${tool} would write`;
  return [
    `── May it? ${asked} ${"─".repeat(Math.max(3, 60 - asked.length))}`,
    `Why you are asked: ${showHidden(reason)}`,
    ...(taint.length > 0 ? ["Content of others that this conversation has read:", ...taint.map(bullet)] : []),
    `Sandbox: level ${level}`,
    ...(grants.length === 0 ? ["Folders: none"] : ["Folders:"]),
    ...grants.map(({ name, path, mode }) =>
      bullet(`${name} is ${path} (${mode === "rw" ? "can be written" : "read only"})`),
    ),
    "Arguments:",
    ...Object.entries(call.arguments).flatMap(([name, value]) => describeArgument(name, value)),
    ...(about === "changes" ? ["Changes:", ...changes.flatMap(describeChange)] : []),
  ];
}

function describeArgument(name: string, value: unknown): readonly string[] {
  const text = typeof value === "string" ? value : JSON.stringify(value, null, 2);
  const lines = text.split("\n");
  const shown = showHidden(name);
  return lines.length === 1 ? [`  ${shown}: ${showHidden(text)}`] : [`  ${shown}:`, ...quoted(lines)];
}

function describeChange({ path, kind, bytesBefore, bytesAfter, diff, refused }: FileChange): readonly string[] {
  const size = (bytes: number | null) => (bytes === null ? "" : bytes < 1000 ? `${bytes} bytes` : bytesInWords(bytes));
  const sizes = [size(bytesBefore), size(bytesAfter)].filter((one) => one !== "").join(" → ");
  const head = `  ${kind}: ${showHidden(path)}${sizes === "" ? "" : ` (${sizes})`}`;
  if (refused !== null) return [head, `    never written: ${showHidden(refused)}`];
  return [head, ...(diff === null ? ["    not text, so there is nothing to show"] : quoted(diff.split("\n")))];
}

function quoted(lines: readonly string[]): readonly string[] {
  return lines.map((line) => `    │ ${showHidden(line.replaceAll("\t", "    "))}`);
}

function bullet(text: string): string {
  return `  - ${showHidden(text)}`;
}
