import { useMemo, useState } from "react";
import { useText } from "../text/text.tsx";
import { Button } from "../ui/Button.tsx";
import { Dialog } from "../ui/Dialog.tsx";
import { Keys } from "../ui/Keys.tsx";
import { useAllCommands, useCommands } from "./commands.tsx";
import styles from "./ShortcutSheet.module.css";

/** Every shortcut that works here: the ? key. */
export function ShortcutSheet() {
  const text = useText();
  const [open, setOpen] = useState(false);
  const commands = useAllCommands();
  const own = useMemo(
    () => [
      {
        id: "shortcuts",
        label: text("shortcuts.open"),
        group: text("palette.group"),
        shortcut: "?",
        run: () => setOpen(true),
      },
    ],
    [text],
  );
  useCommands(own);
  const groups = Map.groupBy(
    commands.filter(({ shortcut }) => shortcut !== undefined),
    ({ group }) => group,
  );
  return (
    <Dialog
      title={text("shortcuts.title")}
      open={open}
      onClose={() => setOpen(false)}
      actions={<Button onClick={() => setOpen(false)}>{text("common.close")}</Button>}
    >
      {[...groups].map(([group, members]) => (
        <section key={group}>
          <h3 className={styles["group"]}>{group}</h3>
          <dl className={styles["list"]}>
            {members.map(({ id, label, shortcut }) => (
              <div key={id} className={styles["line"]}>
                <dt>{label}</dt>
                <dd>
                  <Keys of={shortcut ?? ""} />
                </dd>
              </div>
            ))}
          </dl>
        </section>
      ))}
    </Dialog>
  );
}
