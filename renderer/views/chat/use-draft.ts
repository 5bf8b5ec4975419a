import { useCallback, useState } from "react";
import type { Attached } from "./attached.ts";

/** A question that is being written. It survives a reload of the window, and ends with it. */
export interface Draft {
  readonly text: string;
  /** Null: what the last question of the conversation had. */
  readonly attached: readonly Attached[] | null;
  /** The run whose question is being edited. */
  readonly editing: string | null;
  /** A model by name; null: as before. */
  readonly model: string | null;
  /** Who is asked; null: as before. */
  readonly agent: string | null;
}

const emptyDraft: Draft = { text: "", attached: null, editing: null, model: null, agent: null };

/** The draft of a place: a conversation's id, or `new`. */
export function useDraft(place: string) {
  const [drafts, setDrafts] = useState<Readonly<Record<string, Draft>>>({});
  const draft = drafts[place] ?? storedDraft(place);
  const change = useCallback(
    (changes: Partial<Draft>) =>
      setDrafts((before) => {
        const next = { ...(before[place] ?? storedDraft(place)), ...changes };
        sessionStorage.setItem(keyOf(place), JSON.stringify(next));
        return { ...before, [place]: next };
      }),
    [place],
  );
  const clear = useCallback(() => {
    sessionStorage.removeItem(keyOf(place));
    setDrafts((before) => ({ ...before, [place]: emptyDraft }));
  }, [place]);
  return { draft, change, clear };
}

function storedDraft(place: string): Draft {
  try {
    const stored: unknown = JSON.parse(sessionStorage.getItem(keyOf(place)) ?? "null");
    return typeof stored === "object" && stored !== null ? { ...emptyDraft, ...stored } : emptyDraft;
  } catch {
    return emptyDraft;
  }
}

function keyOf(place: string): string {
  return `chat.draft.${place}`;
}
