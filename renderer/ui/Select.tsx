import { Select as BaseSelect } from "@base-ui/react/select";
import { Check, ChevronDown } from "lucide-react";
import styles from "./Select.module.css";

export interface Option<T extends string> {
  readonly value: T;
  readonly label: string;
}

/** One of a few. `label` is read aloud; show it beside with `Field`, or not. */
export function Select<T extends string>({
  label,
  value,
  options,
  onChange,
  disabled = false,
}: {
  readonly label: string;
  readonly value: T;
  readonly options: readonly Option<T>[];
  readonly onChange: (value: T) => void;
  readonly disabled?: boolean;
}) {
  const items = Object.fromEntries(options.map((option) => [option.value, option.label]));
  return (
    <BaseSelect.Root
      items={items}
      value={value}
      disabled={disabled}
      onValueChange={(next) => {
        if (next !== null) onChange(next as T);
      }}
    >
      <BaseSelect.Trigger className={styles["trigger"]} aria-label={label}>
        <BaseSelect.Value className={styles["value"]} />
        <BaseSelect.Icon className={styles["icon"]}>
          <ChevronDown aria-hidden="true" />
        </BaseSelect.Icon>
      </BaseSelect.Trigger>
      <BaseSelect.Portal>
        <BaseSelect.Positioner sideOffset={4} alignItemWithTrigger={false} className={styles["positioner"]}>
          <BaseSelect.Popup className={styles["popup"]}>
            {options.map((option) => (
              <BaseSelect.Item key={option.value} value={option.value} className={styles["item"]}>
                <BaseSelect.ItemIndicator className={styles["check"]}>
                  <Check aria-hidden="true" />
                </BaseSelect.ItemIndicator>
                <BaseSelect.ItemText>{option.label}</BaseSelect.ItemText>
              </BaseSelect.Item>
            ))}
          </BaseSelect.Popup>
        </BaseSelect.Positioner>
      </BaseSelect.Portal>
    </BaseSelect.Root>
  );
}
