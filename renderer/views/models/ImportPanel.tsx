import { FolderOpen, HardDriveDownload } from "lucide-react";
import { useEffect, useRef, useState, useSyncExternalStore } from "react";
import { useSayError } from "../../app/toasts.tsx";
import { useConnection } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Progress } from "../../ui/Progress.tsx";
import styles from "./ImportPanel.module.css";
import { type ImportOutcome, importStoreOf } from "./import-store.ts";

/** Brings models onto this machine: a file, a stick, a drop. Says what is happening, and what was refused and why. */
export function ImportPanel({ takeFocus = false }: { readonly takeFocus?: boolean }) {
  const text = useText();
  const connection = useConnection();
  const sayError = useSayError();
  const store = importStoreOf(connection);
  const { path, at, outcome, error } = useSyncExternalStore(store.onChange, store.state);
  const [over, setOver] = useState(false);
  const place = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (!takeFocus) return;
    place.current?.scrollIntoView({ block: "nearest" });
    place.current?.querySelector("button")?.focus();
  }, [takeFocus]);

  const pick = (purpose: "model" | "folder") => {
    connection.shell
      .call("files.pick", { purpose, multiple: false })
      .then(({ paths: [picked] }) => picked !== undefined && store.start(picked), sayError);
  };
  const drop = (event: React.DragEvent) => {
    setOver(false);
    const [file] = event.dataTransfer.files;
    const dropped = file === undefined ? "" : connection.pathOf(file);
    if (dropped !== "") store.start(dropped);
  };

  return (
    <div
      ref={place}
      className={styles["panel"]}
      data-over={over}
      onDragOver={() => setOver(true)}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      {path === null ? (
        <div className={styles["offer"]}>
          <p className={styles["words"]}>{text("models.import.lead")}</p>
          <div className={styles["buttons"]}>
            <Button icon={<HardDriveDownload />} onClick={() => pick("model")}>
              {text("models.import.file")}
            </Button>
            <Button icon={<FolderOpen />} onClick={() => pick("folder")}>
              {text("models.import.folder")}
            </Button>
          </div>
        </div>
      ) : (
        <div className={styles["under"]}>
          <p role="status" className={styles["file"]}>
            {at === null
              ? text("models.import.looking", { path })
              : text("models.import.at", {
                  file: at.file,
                  phase: text.maybe(`models.phase.${at.phase.replaceAll(" ", "-")}`) ?? at.phase,
                })}
          </p>
          <div className={styles["bar"]}>
            <Progress label={text("models.import.progress")} share={at?.share ?? null} />
            <span className={styles["share"]}>{at === null || at.share === null ? "" : text.percent(at.share)}</span>
            <Button onClick={store.cancel}>{text("common.cancel")}</Button>
          </div>
        </div>
      )}
      {error !== null && (
        <Banner meaning="refused" action={<Button onClick={store.dismiss}>{text("common.close")}</Button>}>
          {error.message}
        </Banner>
      )}
      {outcome !== null && <Outcome outcome={outcome} onClose={store.dismiss} />}
    </div>
  );
}

function Outcome({ outcome, onClose }: { readonly outcome: ImportOutcome; readonly onClose: () => void }) {
  const text = useText();
  const { imported, refused } = outcome;
  return (
    <div className={styles["outcome"]}>
      {imported.length > 0 && (
        <Banner meaning="good" action={<Button onClick={onClose}>{text("common.close")}</Button>}>
          {text("models.import.done", { count: imported.length, names: imported.map(({ name }) => name).join(", ") })}
        </Banner>
      )}
      {refused.map(({ path, reason, message }, index) => (
        <Banner
          key={path}
          meaning={reason === "already-here" ? "neutral" : "refused"}
          {...(imported.length === 0 && index === 0
            ? { action: <Button onClick={onClose}>{text("common.close")}</Button> }
            : {})}
        >
          <p className={styles["refusedFile"]}>
            {nameOf(path)}: {text.maybe(`models.refused.${reason}`) ?? text("error.model.refused")}
          </p>
          <p className={styles["refusedWhy"]}>{message}</p>
        </Banner>
      ))}
    </div>
  );
}

function nameOf(path: string): string {
  return path.split(/[\\/]/).at(-1) ?? path;
}
