import type { ContentBlock, ReadResourceResult } from "@modelcontextprotocol/sdk/types.js";
import { longestServerText, type ServerResult } from "../../shared/mcp-contract.ts";
import { deepestNesting, longestData, mostLeftOut } from "./limits.ts";
import { nestingOf } from "./nesting.ts";

type LeftOut = ServerResult["leftOut"][number];
/** A text, or something that is none. */
type Part = string | LeftOut;

/** What a tool gave, as text; `structuredContent` as data, and as the text when there is no other. */
export function toolResult(result: {
  readonly content: readonly ContentBlock[];
  readonly structuredContent?: Record<string, unknown> | undefined;
  readonly isError?: boolean | undefined;
}): ServerResult {
  const { content, structuredContent, isError = false } = result;
  const parts = content.map(partOf);
  const json = structuredContent === undefined ? null : jsonOf(structuredContent);
  if (json !== null && !parts.some((part) => typeof part === "string")) parts.push(json);
  return {
    ...resultOf(parts),
    data: structuredContent !== undefined && isSmallData(structuredContent) ? structuredContent : null,
    isError,
  };
}

/** Whether the value can be passed on as data: others will walk through it. */
export function isSmallData(value: unknown): boolean {
  if (nestingOf(value, deepestNesting) > deepestNesting) return false;
  return (JSON.stringify(value)?.length ?? 0) <= longestData;
}

export function resourceResult({ contents }: ReadResourceResult): ServerResult {
  return { ...resultOf(contents.map(partOfResource)), data: null, isError: false };
}

/** Text that comes by another way, with the same limit. */
export function cutText(text: string): { readonly text: string; readonly truncated: boolean } {
  if (text.length <= longestServerText) return { text, truncated: false };
  // No half of a character that takes two units.
  const kept = text.slice(0, longestServerText).replace(/[\uD800-\uDBFF]$/, "");
  return { text: `${kept}\n[Cut here: ${text.length - kept.length} more characters came.]`, truncated: true };
}

export function partOf(block: ContentBlock): Part {
  switch (block.type) {
    case "text":
      return block.text;
    case "image":
    case "audio":
      return leftOut(block.type, block.mimeType, block.data);
    case "resource":
      return partOfResource(block.resource);
    case "resource_link":
      return `[Resource: ${block.title ?? block.name}, ${block.uri}]`;
  }
}

function partOfResource(resource: ReadResourceResult["contents"][number]): Part {
  return "text" in resource ? resource.text : leftOut("resource", resource.mimeType, resource.blob);
}

function leftOut(kind: LeftOut["kind"], mimeType: string | undefined, base64: string): LeftOut {
  const padding = base64.endsWith("==") ? 2 : base64.endsWith("=") ? 1 : 0;
  const bytes = Math.max(0, Math.floor((base64.length * 3) / 4) - padding);
  return { kind, mimeType: (mimeType ?? "application/octet-stream").slice(0, 100), bytes };
}

function resultOf(parts: readonly Part[]): Pick<ServerResult, "text" | "truncated" | "leftOut"> {
  const lines = parts.map((part) =>
    typeof part === "string" ? part : `[Left out: ${part.kind}, ${part.mimeType}, ${part.bytes} bytes.]`,
  );
  const others = parts.filter((part) => typeof part !== "string").slice(0, mostLeftOut);
  return { ...cutText(lines.join("\n")), leftOut: others };
}

function jsonOf(value: unknown): string | null {
  try {
    return JSON.stringify(value, null, 1);
  } catch {
    // Nested too deep for it.
    return null;
  }
}
