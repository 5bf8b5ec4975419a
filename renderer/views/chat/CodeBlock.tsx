import { Copy } from "lucide-react";
import { useText } from "../../text/text.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import styles from "./CodeBlock.module.css";
import { visibleLines } from "./argument-lines.ts";
import { useCopy } from "./use-copy.ts";

/** Code that a model wrote, with everything in it visible, and a way to take it along. */
export function CodeBlock({ code }: { readonly code: string }) {
  const text = useText();
  const copy = useCopy();
  return (
    <div className={styles["block"]}>
      <pre className={styles["code"]}>{visibleLines(code).join("\n")}</pre>
      <div className={styles["copy"]} data-screen-only>
        <IconButton label={text("chat.code.copy")} icon={<Copy />} onClick={() => copy(code)} />
      </div>
    </div>
  );
}
