import { useEffect, useRef } from "react";
import { ShieldAlert, ShieldCheck } from "lucide-react";
import { usePreferences } from "../../app/use-preferences.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useSeal } from "../../bridge/use-seal.ts";
import { languageNames, useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import styles from "./StartScreen.module.css";

/** What a stranger sees first: what this is, one large button, and what stays here. */
export function StartScreen({ onStart, onStaff }: { readonly onStart: () => void; readonly onStaff: () => void }) {
  const text = useText();
  const { kiosk } = useShell();
  const { change } = usePreferences();
  const seal = useSeal();
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), []);
  if (kiosk === null) return null;
  const sealed = seal.data?.network === "none" && seal.data.openings.length === 0;
  return (
    <main className={styles["screen"]}>
      <div className={styles["languages"]} role="group" aria-label={text("kiosk.language")}>
        {languageNames().map(([code, name]) => (
          <Button
            key={code}
            kind="quiet"
            lang={code}
            aria-pressed={code === text.language}
            onClick={() => change({ language: code })}
          >
            {name}
          </Button>
        ))}
      </div>
      <div className={styles["middle"]}>
        <h1 ref={heading} tabIndex={-1} className={styles["title"]}>
          {kiosk.title ?? text("kiosk.title")}
        </h1>
        {kiosk.note !== undefined && <p className={styles["note"]}>{kiosk.note}</p>}
        <button type="button" className={styles["start"]} onClick={onStart}>
          {text("kiosk.start")}
        </button>
        <ul className={styles["facts"]}>
          {kiosk.views.map((view) => (
            <li key={view}>{text.maybe(`kiosk.can.${view}`)}</li>
          ))}
        </ul>
      </div>
      <div className={styles["foot"]}>
        <div className={styles["says"]}>
          {seal.data !== undefined && (
            <p className={styles["seal"]}>
              {sealed ? <ShieldCheck aria-hidden="true" /> : <ShieldAlert aria-hidden="true" />}
              {text(sealed ? "kiosk.sealed" : "kiosk.notSealed")}
            </p>
          )}
          <p>{text("kiosk.clears", { time: text.duration((kiosk.idleSeconds + kiosk.countdownSeconds) * 1000) })}</p>
          <p>{text("kiosk.stays")}</p>
        </div>
        <Button kind="quiet" onClick={onStaff}>
          {text("kiosk.staff")}
        </Button>
      </div>
    </main>
  );
}
