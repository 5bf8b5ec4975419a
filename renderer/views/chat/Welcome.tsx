import { FolderOpen } from "lucide-react";
import { useHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import type { Attached } from "./attached.ts";
import styles from "./Welcome.module.css";

/** What a conversation is for, and questions that fit what is here. */
export function Welcome({
  attached,
  onAsk,
  onOpenFolder,
}: {
  readonly attached: readonly Attached[];
  readonly onAsk: (question: string) => void;
  /** Left out where folders cannot be opened. */
  readonly onOpenFolder: (() => void) | undefined;
}) {
  const text = useText();
  const { data } = useHost("recordings.list", {});
  const hasRecordings = data?.recordings.some(({ transcripts }) => transcripts.length > 0) ?? false;
  const [folder] = attached;
  const examples = [
    ...(folder === undefined
      ? []
      : [text("chat.example.list", { name: folder.name }), text("chat.example.search", { name: folder.name })]),
    ...(hasRecordings ? [text("chat.example.said")] : []),
    text("chat.example.days"),
    text("chat.example.sum"),
    text("chat.example.weekday"),
  ].slice(0, 3);
  return (
    <div className={styles["welcome"]}>
      <h2 className={styles["title"]}>
        {text(onOpenFolder === undefined ? "chat.welcome.titleKiosk" : "chat.welcome.title")}
      </h2>
      <p className={styles["words"]}>
        {text(onOpenFolder === undefined ? "chat.welcome.wordsKiosk" : "chat.welcome.words")}
      </p>
      {folder === undefined && onOpenFolder !== undefined && (
        <Button kind="primary" icon={<FolderOpen />} onClick={onOpenFolder}>
          {text("chat.welcome.open")}
        </Button>
      )}
      <h3 className={styles["subtitle"]}>{text("chat.welcome.examples")}</h3>
      <ul className={styles["examples"]}>
        {examples.map((question) => (
          <li key={question}>
            <button type="button" className={styles["example"]} onClick={() => onAsk(question)}>
              {question}
            </button>
          </li>
        ))}
      </ul>
    </div>
  );
}
