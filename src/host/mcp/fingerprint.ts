import { createHash } from "node:crypto";
import type { DescribedTool } from "../../shared/mcp.ts";

/**
 * SHA-256 of a tool's description, hex: what a review is about. The same for the same content, in whatever order its
 * keys stand.
 */
export function fingerprintOf(tool: DescribedTool): string {
  return createHash("sha256").update(canonicalJson(tool)).digest("hex");
}

/** JSON with the keys of every object in one order, that of their UTF-16 units. */
function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(",")}]`;
  if (typeof value !== "object" || value === null) return JSON.stringify(value) ?? "null";
  const entries = Object.entries(value)
    .filter(([, item]) => item !== undefined)
    .toSorted(([one], [other]) => (one < other ? -1 : 1));
  return `{${entries.map(([key, item]) => `${JSON.stringify(key)}:${canonicalJson(item)}`).join(",")}}`;
}
