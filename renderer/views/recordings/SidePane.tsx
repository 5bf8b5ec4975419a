import { X } from "lucide-react";
import { type ReactNode, useEffect, useRef } from "react";
import { useText } from "../../text/text.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import styles from "./SidePane.module.css";

/** The one pane beside a list. With `onClose` it was opened by a person: its heading gets the focus. */
export function SidePane({
  title,
  onClose,
  children,
}: {
  readonly title: string;
  readonly onClose?: () => void;
  readonly children: ReactNode;
}) {
  const text = useText();
  const heading = useRef<HTMLHeadingElement>(null);
  const opened = onClose !== undefined;
  useEffect(() => {
    if (opened) heading.current?.focus();
  }, [opened]);
  return (
    <aside
      className={styles["pane"]}
      aria-label={title}
      onKeyDown={(event) => {
        if (event.key !== "Escape" || onClose === undefined || event.defaultPrevented) return;
        event.stopPropagation();
        onClose();
      }}
    >
      <header className={styles["header"]}>
        <h2 ref={heading} className={styles["title"]} tabIndex={-1}>
          {title}
        </h2>
        {onClose !== undefined && <IconButton label={text("common.close")} icon={<X />} onClick={onClose} />}
      </header>
      <div className={styles["body"]}>{children}</div>
    </aside>
  );
}
