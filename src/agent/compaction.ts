import type { ChatMessage } from "../shared/llm-contract.ts";
import { messagesOf, type Prompt, type Shown } from "./history.ts";

/** A result is never cut shorter than this, in UTF-16 units: less says nothing. */
const leastResult = 240;

export type Fit =
  | { readonly fits: true; readonly messages: readonly ChatMessage[]; readonly removed: readonly string[] }
  | { readonly fits: false; readonly tokens: number };

/**
 * Makes the prompt fit into `room` tokens. In this order, and only as far as needed: the oldest tool results are
 * replaced by a note (all but the newest of the running question), the oldest earlier exchanges are left out, the
 * newest result is cut to what bears on the question, the list of what exists is left out. The system text and the
 * question are never touched. `removed` names the calls whose results were taken out now.
 */
export async function fitPrompt(
  prompt: Prompt,
  limits: { readonly room: number; readonly resultCharacters: number },
  count: (messages: readonly ChatMessage[]) => Promise<number>,
): Promise<Fit> {
  let shown: Shown = {
    removedResults: new Set(),
    droppedExchanges: 0,
    resultCharacters: limits.resultCharacters,
    context: true,
  };
  for (;;) {
    const messages = messagesOf(prompt, shown);
    const tokens = await count(messages);
    if (tokens <= limits.room) return { fits: true, messages, removed: [...shown.removedResults] };
    const less = showLess(prompt, shown, limits.room / tokens);
    if (less === undefined) return { fits: false, tokens };
    shown = less;
  }
}

function showLess(prompt: Prompt, shown: Shown, share: number): Shown | undefined {
  const results = visibleResults(prompt, shown);
  const oldest = results.find((result) => result.id !== newestOfCurrent(prompt));
  if (oldest !== undefined) return { ...shown, removedResults: new Set([...shown.removedResults, oldest.id]) };
  if (shown.droppedExchanges < prompt.exchanges.length - 1) {
    return { ...shown, droppedExchanges: shown.droppedExchanges + 1 };
  }
  const longest = Math.min(shown.resultCharacters, Math.max(0, ...results.map((result) => result.length)));
  if (longest > leastResult) {
    const next = Math.min(longest - 1, Math.floor(longest * share * 0.95));
    return { ...shown, resultCharacters: Math.max(leastResult, next) };
  }
  return shown.context && prompt.context !== "" ? { ...shown, context: false } : undefined;
}

/** Results the model still sees, oldest first. Small models do not see those of earlier exchanges at all. */
function visibleResults(prompt: Prompt, shown: Shown): { readonly id: string; readonly length: number }[] {
  const exchanges = prompt.toolTemplate ? prompt.exchanges.slice(shown.droppedExchanges) : prompt.exchanges.slice(-1);
  return exchanges.flatMap((exchange) =>
    exchange.turns.flatMap((turn) =>
      turn.kind !== "call" || turn.outcome === undefined || turn.removed || shown.removedResults.has(turn.call.id)
        ? []
        : [{ id: turn.call.id, length: turn.outcome.text.length }],
    ),
  );
}

function newestOfCurrent(prompt: Prompt): string | undefined {
  const calls = prompt.exchanges.at(-1)?.turns.filter((turn) => turn.kind === "call") ?? [];
  return calls.at(-1)?.call.id;
}
