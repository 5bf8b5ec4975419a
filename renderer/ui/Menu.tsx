import { Menu as BaseMenu } from "@base-ui/react/menu";
import { Ellipsis } from "lucide-react";
import type { ReactNode } from "react";
import icon from "./IconButton.module.css";
import styles from "./Menu.module.css";

export interface MenuItem {
  readonly label: string;
  readonly onSelect: () => void;
  readonly danger?: boolean;
  readonly disabled?: boolean;
}

/** Further things to do with what it stands beside. */
export function Menu({
  label,
  items,
  trigger = <Ellipsis aria-hidden="true" />,
  tabIndex = 0,
}: {
  readonly label: string;
  readonly items: readonly MenuItem[];
  readonly trigger?: ReactNode;
  /** -1 in a row of a list that is walked with the arrow keys. */
  readonly tabIndex?: number;
}) {
  return (
    <BaseMenu.Root>
      <BaseMenu.Trigger className={icon["button"]} aria-label={label} tabIndex={tabIndex}>
        {trigger}
      </BaseMenu.Trigger>
      <BaseMenu.Portal>
        <BaseMenu.Positioner sideOffset={4} align="end" className={styles["positioner"]}>
          <BaseMenu.Popup className={styles["popup"]}>
            {items.map((item) => (
              <BaseMenu.Item
                key={item.label}
                disabled={item.disabled ?? false}
                className={`${styles["item"]} ${item.danger === true ? styles["danger"] : ""}`}
                onClick={item.onSelect}
              >
                {item.label}
              </BaseMenu.Item>
            ))}
          </BaseMenu.Popup>
        </BaseMenu.Positioner>
      </BaseMenu.Portal>
    </BaseMenu.Root>
  );
}
