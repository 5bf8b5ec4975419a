import { Button as BaseButton } from "@base-ui/react/button";
import { Toggle } from "@base-ui/react/toggle";
import type { ReactNode } from "react";
import styles from "./IconButton.module.css";
import { Tooltip } from "./Tooltip.tsx";

export interface IconButtonProps {
  /** What it does, in words: shown on hover and read aloud. */
  readonly label: string;
  readonly icon: ReactNode;
  readonly onClick: () => void;
  readonly disabled?: boolean;
  /** For a button that stays down. */
  readonly pressed?: boolean;
  readonly shortcut?: string;
}

/** A button with a picture, and its words at hand. */
export function IconButton({ label, icon, onClick, disabled = false, pressed, shortcut }: IconButtonProps) {
  const common = { className: styles["button"], "aria-label": label, disabled, children: icon };
  return (
    <Tooltip text={label} {...(shortcut === undefined ? {} : { shortcut })}>
      {pressed === undefined ? (
        <BaseButton {...common} onClick={onClick} />
      ) : (
        <Toggle {...common} pressed={pressed} onPressedChange={onClick} />
      )}
    </Tooltip>
  );
}
