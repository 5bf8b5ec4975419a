import { type DragEvent, type ReactNode, useRef, useState } from "react";
import { navigate } from "../../../app/route.ts";
import { useSayError } from "../../../app/toasts.tsx";
import { useShell } from "../../../app/use-shell.tsx";
import { useConnection } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import styles from "./DropZone.module.css";
import { useAdding, useChoice } from "./use-adding.ts";

/** Takes files and folders that are dropped anywhere on what it holds, and adds the recordings among them. */
export function DropZone({ children }: { readonly children: ReactNode }) {
  const text = useText();
  const connection = useConnection();
  const { kiosk } = useShell();
  const sayError = useSayError();
  const { adding } = useAdding();
  const { choice } = useChoice();
  const [over, setOver] = useState(false);
  // Entering a child tells of leaving its parent: only when all were left is the drag gone.
  const depth = useRef(0);
  const ends = () => {
    depth.current = 0;
    setOver(false);
  };
  // A visitor of a kiosk brings no files.
  if (kiosk !== null) return <div className={styles["zone"]}>{children}</div>;
  return (
    <div
      className={styles["zone"]}
      onDragEnter={(event) => {
        if (!hasFiles(event)) return;
        depth.current += 1;
        setOver(true);
      }}
      onDragLeave={(event) => {
        if (!hasFiles(event)) return;
        depth.current -= 1;
        if (depth.current <= 0) ends();
      }}
      onDragOver={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        event.dataTransfer.dropEffect = "copy";
      }}
      onDrop={(event) => {
        if (!hasFiles(event)) return;
        event.preventDefault();
        ends();
        const paths = [...event.dataTransfer.files]
          .map((file) => connection.pathOf(file))
          .filter((path) => path !== "");
        navigate({ view: "recordings", at: { part: "add" } });
        adding.add(paths, choice).catch(sayError);
      }}
    >
      {children}
      {over && (
        <div className={styles["over"]}>
          <p className={styles["words"]}>{text("recordings.add.drop")}</p>
        </div>
      )}
    </div>
  );
}

function hasFiles({ dataTransfer }: DragEvent): boolean {
  return dataTransfer.types.includes("Files");
}
