import { Checkbox as BaseCheckbox } from "@base-ui/react/checkbox";
import { Check, Minus } from "lucide-react";
import styles from "./Checkbox.module.css";

/** Chosen or not, in a row of many; `some`: a part of what it stands for. The label is read aloud. */
export function Checkbox({
  label,
  checked,
  some = false,
  onChange,
}: {
  readonly label: string;
  readonly checked: boolean;
  readonly some?: boolean;
  readonly onChange: (checked: boolean, withShift: boolean) => void;
}) {
  return (
    <BaseCheckbox.Root
      className={styles["root"]}
      aria-label={label}
      checked={checked}
      indeterminate={some}
      onCheckedChange={(next, { event }) => onChange(next, "shiftKey" in event && event.shiftKey === true)}
    >
      <BaseCheckbox.Indicator className={styles["sign"]}>
        {some ? <Minus aria-hidden="true" /> : <Check aria-hidden="true" />}
      </BaseCheckbox.Indicator>
    </BaseCheckbox.Root>
  );
}
