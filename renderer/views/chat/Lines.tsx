import { useState } from "react";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import styles from "./Lines.module.css";

/** Text as it is, in a fixed width. More than `atMost` lines wait behind a button, which says how many there are. */
export function Lines({
  lines,
  atMost = Number.POSITIVE_INFINITY,
}: {
  readonly lines: readonly string[];
  readonly atMost?: number;
}) {
  const text = useText();
  const [all, setAll] = useState(false);
  const shown = all ? lines : lines.slice(0, atMost);
  return (
    <>
      <pre className={styles["lines"]}>{shown.join("\n")}</pre>
      {lines.length > atMost && (
        <div data-screen-only>
          <Button kind="quiet" onClick={() => setAll(!all)} aria-expanded={all}>
            {all ? text("chat.call.fewer") : text("chat.call.lines", { count: lines.length })}
          </Button>
        </div>
      )}
    </>
  );
}
