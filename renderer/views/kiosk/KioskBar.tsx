import { ArrowLeft } from "lucide-react";
import { useText } from "../../text/text.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { Button } from "../../ui/Button.tsx";
import styles from "./KioskBar.module.css";

/** Always in sight: the way back, which also clears what this person did. */
export function KioskBar({ onBack, onStaff }: { readonly onBack: () => void; readonly onStaff: () => void }) {
  const text = useText();
  const { kiosk } = useShell();
  return (
    <header className={styles["bar"]} data-screen-only>
      <Button icon={<ArrowLeft />} onClick={onBack}>
        {text("kiosk.back")}
      </Button>
      <p className={styles["title"]}>{kiosk?.title ?? ""}</p>
      <Button kind="quiet" onClick={onStaff}>
        {text("kiosk.staff")}
      </Button>
    </header>
  );
}
