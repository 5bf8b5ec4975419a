import { useCallback, useState } from "react";

/** A text that is being written: it survives a reload of the page, and nothing longer than the window. */
export function useDraft(place: string): readonly [string, (next: string) => void] {
  const key = `draft.${place}`;
  const [draft, setDraft] = useState(() => sessionStorage.getItem(key) ?? "");
  const change = useCallback(
    (next: string) => {
      setDraft(next);
      if (next === "") sessionStorage.removeItem(key);
      else sessionStorage.setItem(key, next);
    },
    [key],
  );
  return [draft, change];
}
