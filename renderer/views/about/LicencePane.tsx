import { X } from "lucide-react";
import { useEffect, useRef } from "react";
import { useHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import styles from "./LicencePane.module.css";

/** The whole text of one licence, beside the list. Escape closes it. */
export function LicencePane({ name, onClose }: { readonly name: string; readonly onClose: () => void }) {
  const text = useText();
  const { data, error, loading, reload } = useHost("about.licence", { name });
  const heading = useRef<HTMLHeadingElement>(null);
  useEffect(() => heading.current?.focus(), [name]);
  return (
    <aside
      className={styles["pane"]}
      aria-labelledby="licence-name"
      onKeyDown={(event) => {
        if (event.key === "Escape") onClose();
      }}
    >
      <div className={styles["top"]}>
        <h2 id="licence-name" ref={heading} tabIndex={-1} className={styles["name"]}>
          {name}
        </h2>
        <IconButton label={text("common.close")} icon={<X />} onClick={onClose} />
      </div>
      {loading && <Skeleton rows={8} />}
      {error !== undefined && <ErrorState error={error} onRetry={reload} />}
      {!loading && error === undefined && data !== undefined && (
        <pre className={styles["text"]} tabIndex={0} aria-label={text("about.textOf", { name })}>
          {data.text}
        </pre>
      )}
    </aside>
  );
}
