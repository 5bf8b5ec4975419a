import { Autocomplete } from "@base-ui/react/autocomplete";
import { Dialog } from "@base-ui/react/dialog";
import { useMemo, useState } from "react";
import { useText } from "../text/text.tsx";
import { Keys } from "../ui/Keys.tsx";
import { type Command, useAllCommands, useCommands } from "./commands.tsx";
import styles from "./Palette.module.css";

/** Every command by its words: Ctrl+K. */
export function Palette() {
  const text = useText();
  const [open, setOpen] = useState(false);
  const commands = useAllCommands();
  const own = useMemo(
    () => [
      {
        id: "palette",
        label: text("palette.open"),
        group: text("palette.group"),
        shortcut: "Ctrl+K",
        run: () => setOpen(true),
      },
    ],
    [text],
  );
  useCommands(own);
  const offered = commands.filter(({ id }) => id !== "palette");
  const choose = (command: Command) => {
    setOpen(false);
    command.run();
  };
  return (
    <Dialog.Root open={open} onOpenChange={setOpen}>
      <Dialog.Portal>
        <Dialog.Backdrop className={styles["backdrop"]} />
        <Dialog.Popup className={styles["popup"]} aria-label={text("palette.open")}>
          <Autocomplete.Root
            open
            inline
            autoHighlight="always"
            items={offered}
            itemToStringValue={(command: Command) => command.label}
          >
            <Autocomplete.Input
              className={styles["input"]}
              placeholder={text("palette.placeholder")}
              aria-label={text("palette.placeholder")}
            />
            <Autocomplete.Empty className={styles["empty"]}>{text("palette.none")}</Autocomplete.Empty>
            <Autocomplete.List className={styles["list"]}>
              {(command: Command) => (
                <Autocomplete.Item
                  key={command.id}
                  value={command}
                  className={styles["item"]}
                  onClick={() => choose(command)}
                >
                  <span className={styles["label"]}>{command.label}</span>
                  <span className={styles["group"]}>{command.group}</span>
                  {command.shortcut !== undefined && <Keys of={command.shortcut} />}
                </Autocomplete.Item>
              )}
            </Autocomplete.List>
          </Autocomplete.Root>
        </Dialog.Popup>
      </Dialog.Portal>
    </Dialog.Root>
  );
}
