import { FolderOpen, PackagePlus } from "lucide-react";
import { useState } from "react";
import type { BundleFacts } from "../../../src/shared/mcp.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useCallHost, useConnection } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { ImportDialog } from "./ImportDialog.tsx";
import styles from "./List.module.css";

/** Brings a server onto this machine: a bundle file, a folder, a drop. It is looked at before anything is installed. */
export function ImportBundle({ onImported }: { readonly onImported: () => void }) {
  const text = useText();
  const call = useCallHost();
  const connection = useConnection();
  const sayError = useSayError();
  const [over, setOver] = useState(false);
  const [looking, setLooking] = useState(false);
  const [found, setFound] = useState<{ readonly path: string; readonly facts: BundleFacts }>();

  const look = async (path: string) => {
    setLooking(true);
    try {
      setFound({ path, facts: await call("mcp.inspect", { path }) });
    } catch (error) {
      sayError(error);
    } finally {
      setLooking(false);
    }
  };
  const pick = async (purpose: "bundle" | "folder") => {
    const { paths } = await connection.shell.call("files.pick", { purpose, multiple: false });
    if (paths[0] !== undefined) await look(paths[0]);
  };
  const drop = (event: React.DragEvent) => {
    event.preventDefault();
    setOver(false);
    const [file] = event.dataTransfer.files;
    const path = file === undefined ? "" : connection.pathOf(file);
    if (path !== "") void look(path);
  };

  return (
    <div
      className={styles["offer"]}
      data-over={over}
      onDragOver={(event) => {
        event.preventDefault();
        setOver(true);
      }}
      onDragLeave={() => setOver(false)}
      onDrop={drop}
    >
      <p className={styles["offerWords"]} role="status">
        {text(looking ? "connections.import.looking" : "connections.import.lead")}
      </p>
      <div className={styles["buttons"]}>
        <Button icon={<PackagePlus />} disabled={looking} onClick={() => void pick("bundle").catch(sayError)}>
          {text("connections.import.file")}
        </Button>
        <Button icon={<FolderOpen />} disabled={looking} onClick={() => void pick("folder").catch(sayError)}>
          {text("connections.import.folder")}
        </Button>
      </div>
      {found !== undefined && (
        <ImportDialog
          key={found.facts.sha256}
          path={found.path}
          facts={found.facts}
          onClose={() => setFound(undefined)}
          onImported={() => {
            setFound(undefined);
            onImported();
          }}
        />
      )}
    </div>
  );
}
