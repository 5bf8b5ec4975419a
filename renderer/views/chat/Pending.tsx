import { useText } from "../../text/text.tsx";
import styles from "./Run.module.css";
import { WaitingLine } from "./Waiting.tsx";

/** A question that was sent a moment ago. */
export function Pending({ question }: { readonly question: string }) {
  const text = useText();
  return (
    <article className={styles["run"]}>
      <h2 className={styles["question"]}>{question}</h2>
      <WaitingLine words={text("chat.doing.asking")} />
    </article>
  );
}
