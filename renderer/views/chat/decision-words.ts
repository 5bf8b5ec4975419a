import type { Decision } from "../../../src/shared/run.ts";
import type { Text } from "../../text/text.tsx";

/** A decision in a sentence: by which rule, or who was asked and what they said. */
export function decisionWords(text: Text, { decision, by, scope, rule, about, verdict }: Decision): string {
  const who = by?.replace(/^desktop:/u, "");
  const words =
    decision === "allow"
      ? who !== undefined
        ? text(`chat.call.allowed.${scope ?? "call"}`, { who })
        : typeof rule === "number"
          ? // What a tool writes is asked about when it is known: the call itself only prepares it.
            text(verdict === "ask" ? "chat.call.allowed.prepares" : "chat.call.allowed.rule", { rule: rule + 1 })
          : text("chat.call.allowed.plain")
      : who !== undefined
        ? text("chat.call.refused.person", { who })
        : typeof rule === "number"
          ? text("chat.call.refused.rule", { rule: rule + 1 })
          : text("chat.call.refused.plain");
  return about === "changes" ? text("chat.call.changes", { words }) : words;
}
