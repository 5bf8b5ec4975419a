import type { ConversationView } from "../../../src/shared/conversation.ts";
import { useText } from "../../text/text.tsx";
import styles from "./PrintHead.module.css";

/** On paper only: which conversation this is, and when it left. */
export function PrintHead({ conversation }: { readonly conversation: ConversationView }) {
  const text = useText();
  const made = { begun: text.date(conversation.createdAt), now: text.date(new Date().toISOString()) };
  return (
    <header className={styles["head"]}>
      <p className={styles["title"]}>{conversation.title}</p>
      <p className={styles["made"]}>{text("chat.print.made", made)}</p>
    </header>
  );
}
