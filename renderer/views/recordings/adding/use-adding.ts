import { useCallback, useMemo, useState, useSyncExternalStore } from "react";
import { speechEngineName, type SpeechEngineName } from "../../../../src/shared/speech.ts";
import { useShell } from "../../../app/use-shell.tsx";
import { usePreferences } from "../../../app/use-preferences.tsx";
import { useConnection } from "../../../bridge/use-host.ts";
import { useDraft } from "../use-draft.ts";
import { type Adding, addingOf, type AddingState, type TranscriptionChoice } from "./adding.ts";

/** Recordings being added, and what can be done about it. */
export function useAdding(): { readonly adding: Adding; readonly state: AddingState } {
  const adding = addingOf(useConnection());
  return { adding, state: useSyncExternalStore(adding.subscribe, adding.state) };
}

/**
 * How recordings are transcribed here: as it was chosen last. Model and language are the person's preferences; a visitor
 * of a kiosk has none, and chooses for the moment.
 */
export function useChoice(): {
  readonly choice: TranscriptionChoice;
  /** The vocabulary as it is typed: terms with commas between them. */
  readonly terms: string;
  readonly changeTerms: (terms: string) => void;
  readonly change: (changes: Partial<Pick<TranscriptionChoice, "engine" | "model" | "language">>) => void;
} {
  const { preferences, change: prefer } = usePreferences();
  const { kiosk } = useShell();
  const [forNow, setForNow] = useState<Partial<Pick<TranscriptionChoice, "engine" | "model" | "language">>>({});
  const [engine, setEngine] = useState<SpeechEngineName>(
    () => speechEngineName.safeParse(localStorage.getItem("speechEngine")).data ?? "transcribe-cpp",
  );
  const [terms, changeTerms] = useDraft("vocabulary");
  const { speechModel: model, speechLanguage: language } = preferences;
  const choice = useMemo(
    () => ({
      ...{ engine, model, language },
      ...forNow,
      vocabulary: terms
        .split(/[,;\n]/)
        .map((term) => term.trim())
        .filter((term) => term !== ""),
    }),
    [engine, model, language, forNow, terms],
  );
  const change = useCallback(
    (changes: Partial<Pick<TranscriptionChoice, "engine" | "model" | "language">>) => {
      if (kiosk !== null) return setForNow((before) => ({ ...before, ...changes }));
      if (changes.engine !== undefined) {
        setEngine(changes.engine);
        localStorage.setItem("speechEngine", changes.engine);
      }
      if (changes.model !== undefined) prefer({ speechModel: changes.model });
      if (changes.language !== undefined) prefer({ speechLanguage: changes.language });
    },
    [kiosk, prefer],
  );
  return { choice, terms, changeTerms, change };
}
