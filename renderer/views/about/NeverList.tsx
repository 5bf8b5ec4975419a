import { X } from "lucide-react";
import { useText } from "../../text/text.tsx";
import styles from "./NeverList.module.css";

const nevers = ["network", "telemetry", "update", "fetch", "share", "delete"] as const;

/** What this program never does. Each line is held by a check of the project, none is a promise alone. */
export function NeverList() {
  const text = useText();
  return (
    <ul className={styles["list"]}>
      {nevers.map((never) => (
        <li key={never} className={styles["line"]}>
          <X aria-hidden="true" />
          {text(`about.never.${never}`)}
        </li>
      ))}
    </ul>
  );
}
