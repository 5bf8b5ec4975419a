import { type ReactNode, useCallback, useEffect, useRef, useState } from "react";
import type { Preferences } from "../../../src/shared/preferences.ts";
import { usePreferences } from "../../app/use-preferences.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useConnection } from "../../bridge/use-host.ts";
import { useClearToasts } from "./use-clear-toasts.ts";
import { Countdown } from "./Countdown.tsx";
import { KioskBar } from "./KioskBar.tsx";
import styles from "./KioskFrame.module.css";
import { forgetVisit } from "./forget-visit.ts";
import { StartScreen } from "./StartScreen.tsx";
import { StaffDialog } from "./StaffDialog.tsx";
import { useTouch } from "./use-touch.ts";
import { type Visit, VisitContext } from "./visit.ts";

/**
 * The window of a machine that strangers use: a start screen, what was chosen for them, and the way back. A visit begins
 * with Start and ends with Back to start, or when nobody was there for long enough; then nothing of it is left on screen.
 */
export function KioskFrame({ children }: { readonly children: ReactNode }) {
  const connection = useConnection();
  const first = useShell().kiosk?.views[0] ?? "home";
  const clearToasts = useClearToasts();
  const [visit, setVisit] = useState<Visit | null>(null);
  const [secondsLeft, setSecondsLeft] = useState<number | null>(null);
  const [staff, setStaff] = useState(false);
  const { preferences, known, change } = usePreferences();
  // As its administrator set it up: what a visitor changes to be able to read ends with the visit.
  const own = useRef<Pick<Preferences, "language" | "theme" | "scale">>(null);
  if (known && own.current === null) {
    own.current = { language: preferences.language, theme: preferences.theme, scale: preferences.scale };
  }
  useTouch();

  const end = useCallback(() => {
    setVisit(null);
    setSecondsLeft(null);
    setStaff(false);
    clearToasts();
    if (own.current !== null) change(own.current);
    forgetVisit(connection, first);
  }, [connection, clearToasts, change, first]);
  useEffect(
    () =>
      connection.shell.on("kiosk.idle", ({ secondsLeft: left }) => {
        if (left === 0) end();
        else setSecondsLeft(left);
      }),
    [connection, end],
  );
  // Whatever a reload or a crash of the page left behind was the last person's.
  useEffect(() => forgetVisit(connection, first), [connection, first]);

  return (
    <>
      {visit === null ? (
        <StartScreen
          onStart={() => {
            setSecondsLeft(null);
            setVisit({ id: crypto.randomUUID(), since: new Date().toISOString() });
          }}
          onStaff={() => setStaff(true)}
        />
      ) : (
        <VisitContext value={visit}>
          <div key={visit.id} className={styles["frame"]}>
            <KioskBar onBack={end} onStaff={() => setStaff(true)} />
            <div className={styles["views"]}>{children}</div>
          </div>
        </VisitContext>
      )}
      <Countdown
        secondsLeft={visit === null ? null : secondsLeft}
        onStay={() => {
          setSecondsLeft(null);
          connection.shell.call("kiosk.touch", {}).catch(() => {});
        }}
        onEnd={end}
      />
      <StaffDialog open={staff} onClose={() => setStaff(false)} />
    </>
  );
}
