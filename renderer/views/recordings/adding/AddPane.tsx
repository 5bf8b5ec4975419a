import { FileAudio, FolderOpen } from "lucide-react";
import { useSayError } from "../../../app/toasts.tsx";
import { useConnection } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { Button } from "../../../ui/Button.tsx";
import { Progress } from "../../../ui/Progress.tsx";
import { TextField } from "../../../ui/TextField.tsx";
import { SidePane } from "../SidePane.tsx";
import styles from "./AddPane.module.css";
import { ChoiceFields } from "./ChoiceFields.tsx";
import { useAdding, useChoice } from "./use-adding.ts";

/** How recordings are transcribed, where they come from, and how far adding them is. */
export function AddPane({ onClose }: { readonly onClose: () => void }) {
  const text = useText();
  const { shell } = useConnection();
  const sayError = useSayError();
  const { adding } = useAdding();
  const { choice, terms, changeTerms, change } = useChoice();
  const pick = (purpose: "recordings" | "folder") => {
    shell
      .call("files.pick", { purpose, multiple: true })
      .then(({ paths }) => adding.add(paths, choice))
      .catch(sayError);
  };
  return (
    <SidePane title={text("recordings.add.title")} onClose={onClose}>
      <div className={styles["pane"]}>
        <ChoiceFields choice={choice} onChange={change} withEngine />
        <TextField
          label={text("recordings.choice.vocabulary")}
          hint={text("recordings.choice.vocabularyHint")}
          value={terms}
          onChange={changeTerms}
          spellCheck={false}
        />
        <div className={styles["buttons"]}>
          <Button kind="primary" icon={<FileAudio />} onClick={() => pick("recordings")}>
            {text("recordings.add.files")}
          </Button>
          <Button icon={<FolderOpen />} onClick={() => pick("folder")}>
            {text("recordings.add.folder")}
          </Button>
        </div>
        <p className={styles["hint"]}>{text("recordings.add.hint")}</p>
        <AddingProgress />
      </div>
    </SidePane>
  );
}

function AddingProgress() {
  const text = useText();
  const { adding, state } = useAdding();
  const { running, path, added, total, passedOver, failures } = state;
  const tried = added + failures.length;
  if (!running && tried === 0 && passedOver === 0) return null;
  return (
    <section className={styles["progress"]} aria-label={text("recordings.add.progress")}>
      <p role="status">
        {running
          ? total === 0
            ? text("recordings.add.looking")
            : text("recordings.add.adding", { number: Math.min(total, tried + 1), total })
          : text("recordings.add.done", { added })}
      </p>
      {running && <Progress label={text("recordings.add.progress")} share={total === 0 ? null : tried / total} />}
      {path !== null && <p className={styles["path"]}>{path}</p>}
      {!running && passedOver > 0 && (
        <p className={styles["hint"]}>{text("recordings.add.passedOver", { count: passedOver })}</p>
      )}
      {failures.length > 0 && (
        <>
          <h3 className={styles["heading"]}>{text("recordings.add.failed", { count: failures.length })}</h3>
          <ul className={styles["failures"]} aria-label={text("recordings.add.failed", { count: failures.length })}>
            {failures.map((failure) => (
              <li key={failure.path}>{failure.why}</li>
            ))}
          </ul>
        </>
      )}
      <div className={styles["buttons"]}>
        {running ? (
          <Button onClick={() => adding.cancel()}>{text("recordings.add.stop")}</Button>
        ) : (
          <Button kind="quiet" onClick={() => adding.clear()}>
            {text("recordings.add.clear")}
          </Button>
        )}
      </div>
    </section>
  );
}
