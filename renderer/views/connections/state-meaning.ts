import type { ReviewState, ServerView } from "../../../src/shared/mcp.ts";
import type { Meaning } from "../../ui/Badge.tsx";

/** What the state of a server means. One that is switched off is neither good nor bad. */
export function serverMeaning({ enabled, state }: Pick<ServerView, "enabled" | "state">): Meaning {
  if (!enabled) return "neutral";
  if (state === "failed") return "refused";
  return state === "running" ? "good" : "neutral";
}

/** What the state of a tool means: only an approved one can be called. */
export const reviewMeaning: Readonly<Record<ReviewState, Meaning>> = {
  new: "attention",
  approved: "good",
  changed: "attention",
  refused: "refused",
  gone: "neutral",
};
