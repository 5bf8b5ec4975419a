import { createContext, type ReactNode, useCallback, useContext, useEffect, useMemo, useState } from "react";
import { defaultPreferences, type Preferences } from "../../src/shared/preferences.ts";
import { useConnection, useHost, useHostEvent } from "../bridge/use-host.ts";

interface PreferencesState {
  readonly preferences: Preferences;
  /** False until the host has said them. */
  readonly known: boolean;
  /** Changes some; holds at once, and in the host. */
  readonly change: (changes: Partial<Preferences>) => void;
}

const PreferencesContext = createContext<PreferencesState>({
  preferences: defaultPreferences,
  known: false,
  change: () => {},
});

/** Knows the preferences, and applies theme and scale to the page and the window. */
export function PreferencesProvider({ children }: { readonly children: ReactNode }) {
  const connection = useConnection();
  const { data, put } = useHost("settings.get", {});
  const [early, setEarly] = useState<Partial<Preferences>>({});
  useHostEvent("settings.changed", (next) => put(() => next));
  const preferences = useMemo(() => ({ ...(data ?? defaultPreferences), ...early }), [data, early]);
  const { theme, scale } = preferences;
  const known = data !== undefined;
  const dark = useSystemIsDark();

  useEffect(() => {
    document.documentElement.dataset["theme"] = theme === "system" ? (dark ? "dark" : "light") : theme;
  }, [theme, dark]);
  useEffect(() => {
    if (known) connection.shell.call("shell.apply", { theme, scale }).catch(() => {});
  }, [connection, known, theme, scale]);

  const change = useCallback(
    (changes: Partial<Preferences>) => {
      setEarly((before) => ({ ...before, ...changes }));
      connection
        .host()
        .call("settings.set", changes)
        .then(
          (next) => {
            put(() => next);
            setEarly({});
          },
          () => setEarly({}),
        );
    },
    [connection, put],
  );
  const state = useMemo(() => ({ preferences, known, change }), [preferences, known, change]);
  return <PreferencesContext value={state}>{children}</PreferencesContext>;
}

export function usePreferences(): PreferencesState {
  return useContext(PreferencesContext);
}

function useSystemIsDark(): boolean {
  const [dark, setDark] = useState(() => window.matchMedia("(prefers-color-scheme: dark)").matches);
  useEffect(() => {
    const query = window.matchMedia("(prefers-color-scheme: dark)");
    const changed = () => setDark(query.matches);
    query.addEventListener("change", changed);
    return () => query.removeEventListener("change", changed);
  }, []);
  return dark;
}
