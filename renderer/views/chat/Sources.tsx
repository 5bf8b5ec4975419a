import { AudioLines, FileText } from "lucide-react";
import { type ReactNode, useId, useState } from "react";
import type { Step } from "../../../src/shared/run.ts";
import type { Grant } from "../../../src/shared/tool.ts";
import { hrefOf } from "../../app/route.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useConnection } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { keyOf, type Source, sourcesOf } from "./sources.ts";
import styles from "./Sources.module.css";
import { useReachable } from "./use-reachable.ts";

/** More of them wait behind a button. */
const mostShown = 6;

/** What an answer was made from, each with a way to it: a place in a recording, a file. */
export function Sources({
  steps,
  grants,
  print,
}: {
  readonly steps: readonly Step[];
  readonly grants: readonly Grant[];
  readonly print: boolean;
}) {
  const text = useText();
  const id = useId();
  const [all, setAll] = useState(false);
  const sources = sourcesOf(steps, grants);
  if (sources.length === 0) return null;
  const shown = all || print ? sources : sources.slice(0, mostShown);
  return (
    <div className={styles["sources"]}>
      <h3 className={styles["title"]} id={id}>
        {text("chat.sources")}
      </h3>
      <ul className={styles["list"]} aria-labelledby={id}>
        {shown.map((source) => (
          <li key={keyOf(source)}>
            <SourceLink source={source} />
          </li>
        ))}
      </ul>
      {shown.length < sources.length && (
        <Button kind="quiet" onClick={() => setAll(true)}>
          {text("chat.sources.more", { count: sources.length })}
        </Button>
      )}
    </div>
  );
}

function SourceLink({ source }: { readonly source: Source }) {
  const text = useText();
  const { kiosk } = useShell();
  const connection = useConnection();
  const sayError = useSayError();
  const reachesRecordings = useReachable("recordings");
  if (source.kind === "place") {
    const words = text("chat.source.place", { name: source.name, time: text.clock(source.atMs) });
    if (!reachesRecordings) return <Unlinked icon={<AudioLines aria-hidden="true" />}>{words}</Unlinked>;
    return (
      <a
        className={styles["source"]}
        href={hrefOf({ view: "recordings", id: source.transcriptId, at: { at: String(source.atMs) } })}
        draggable={false}
      >
        <AudioLines aria-hidden="true" />
        {words}
      </a>
    );
  }
  const { shown, path } = source;
  if (path === null || kiosk !== null) {
    return <Unlinked icon={<FileText aria-hidden="true" />}>{shown}</Unlinked>;
  }
  return (
    <button
      type="button"
      className={styles["source"]}
      aria-label={text("chat.source.show", { file: shown })}
      title={path}
      onClick={() => void connection.shell.call("files.reveal", { path }).catch(sayError)}
    >
      <FileText aria-hidden="true" />
      {shown}
    </button>
  );
}

function Unlinked({ icon, children }: { readonly icon: ReactNode; readonly children: string }) {
  return (
    <span className={styles["source"]}>
      {icon}
      {children}
    </span>
  );
}
