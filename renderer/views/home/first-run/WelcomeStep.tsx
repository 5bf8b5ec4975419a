import { useText } from "../../../text/text.tsx";
import { LanguageRow, ThemeRow } from "../../settings/AppearanceRows.tsx";
import styles from "./Step.module.css";

/** What this is, in three sentences, in the language and colours that one likes. */
export function WelcomeStep() {
  const text = useText();
  return (
    <>
      <div className={styles["words"]}>
        <p>{text("firstRun.welcome.what")}</p>
        <p>{text("firstRun.welcome.where")}</p>
        <p>{text("firstRun.welcome.check")}</p>
      </div>
      <div className={styles["rows"]}>
        <LanguageRow />
        <ThemeRow />
      </div>
    </>
  );
}
