import { Button as BaseButton } from "@base-ui/react/button";
import type { ComponentProps, ReactNode } from "react";
import styles from "./Button.module.css";

export interface ButtonProps extends Omit<ComponentProps<typeof BaseButton>, "className"> {
  /** `primary`: the one thing to do here; `plain`: everything else; `quiet`: in a row of many; `danger`: cannot be undone. */
  readonly kind?: "primary" | "plain" | "quiet" | "danger";
  readonly icon?: ReactNode;
}

/** A button with words. */
export function Button({ kind = "plain", icon, children, ...rest }: ButtonProps) {
  return (
    <BaseButton {...rest} className={`${styles["button"]} ${styles[kind] ?? ""}`}>
      {icon !== undefined && (
        <span className={styles["icon"]} aria-hidden="true">
          {icon}
        </span>
      )}
      {children}
    </BaseButton>
  );
}
