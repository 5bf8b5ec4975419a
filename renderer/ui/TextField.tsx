import { Input } from "@base-ui/react/input";
import { Search } from "lucide-react";
import { type ComponentProps, useId } from "react";
import styles from "./TextField.module.css";

interface TextFieldProps extends Omit<ComponentProps<"input">, "onChange" | "className" | "value" | "defaultValue"> {
  readonly label: string;
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** The label is read aloud but not shown. */
  readonly hideLabel?: boolean;
  readonly hint?: string;
  readonly error?: string | undefined;
}

/** One line of text, with its label above. */
export function TextField({ label, value, onChange, hideLabel = false, hint, error, ...rest }: TextFieldProps) {
  const id = useId();
  const about = error ?? hint;
  return (
    <div className={styles["field"]}>
      <label htmlFor={id} className={hideLabel ? "visually-hidden" : styles["label"]}>
        {label}
      </label>
      <Input
        {...rest}
        id={id}
        className={styles["input"]}
        value={value}
        onValueChange={onChange}
        aria-invalid={error !== undefined}
        {...(about === undefined ? {} : { "aria-describedby": `${id}-about` })}
      />
      {about !== undefined && (
        <p id={`${id}-about`} className={error === undefined ? styles["hint"] : styles["error"]}>
          {about}
        </p>
      )}
    </div>
  );
}

/** A field to search with. Its label is read aloud; `placeholder` says what is searched. */
export function SearchField({
  label,
  value,
  onChange,
  placeholder = label,
  ...rest
}: Omit<TextFieldProps, "hideLabel" | "hint" | "error">) {
  return (
    <div className={styles["search"]}>
      <Search aria-hidden="true" className={styles["glass"]} />
      <Input
        {...rest}
        type="search"
        aria-label={label}
        placeholder={placeholder}
        className={styles["input"]}
        value={value}
        onValueChange={onChange}
        onKeyDown={(event) => {
          if (event.key !== "Escape" || value === "") return;
          event.stopPropagation();
          onChange("");
        }}
      />
    </div>
  );
}
