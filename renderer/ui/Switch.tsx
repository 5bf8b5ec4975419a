import { Switch as BaseSwitch } from "@base-ui/react/switch";
import styles from "./Switch.module.css";

/** On or off, at once. The words are part of it. */
export function Switch({
  label,
  checked,
  onChange,
  disabled = false,
}: {
  readonly label: string;
  readonly checked: boolean;
  readonly onChange: (checked: boolean) => void;
  readonly disabled?: boolean;
}) {
  return (
    <label className={styles["label"]}>
      <BaseSwitch.Root className={styles["root"]} checked={checked} onCheckedChange={onChange} disabled={disabled}>
        <BaseSwitch.Thumb className={styles["thumb"]} />
      </BaseSwitch.Root>
      {label}
    </label>
  );
}
