import { useId } from "react";
import type { FormField } from "../../../src/shared/mcp.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { type Text, useText } from "../../text/text.tsx";
import { Checkbox } from "../../ui/Checkbox.tsx";
import { Select } from "../../ui/Select.tsx";
import { Switch } from "../../ui/Switch.tsx";
import { TextField } from "../../ui/TextField.tsx";
import type { FormDraft, FormFault } from "./form-draft.ts";
import styles from "./FormFieldControl.module.css";

/** In place of a value: nothing is chosen. */
const nothing = "";

/** One field of a server's form. */
export function FormFieldControl({
  field,
  value,
  fault,
  onChange,
}: {
  readonly field: FormField;
  readonly value: FormDraft[string];
  readonly fault: FormFault | undefined;
  readonly onChange: (value: FormDraft[string]) => void;
}) {
  const text = useText();
  const id = useId();
  const { key, type, format, required, options } = field;
  const title = showHidden(field.title);
  const label = required ? text("chat.form.required", { title }) : title;
  const hint = showHidden(field.description);
  const error = fault === undefined ? undefined : text(`chat.form.fault.${fault.what}`, { count: fault.count });
  const about = (
    <p id={`${id}-about`} className={error === undefined ? styles["hint"] : styles["error"]}>
      {error ?? hint}
    </p>
  );
  if (type === "boolean") {
    return (
      <div className={styles["field"]} data-field={key}>
        <Switch label={label} checked={value === true} onChange={onChange} />
        {hint !== "" && about}
      </div>
    );
  }
  if (type === "choices") {
    const chosen = Array.isArray(value) ? (value as readonly string[]) : [];
    return (
      <fieldset className={styles["set"]} data-field={key} aria-describedby={`${id}-about`}>
        <legend className={styles["label"]}>{label}</legend>
        <div className={styles["options"]}>
          {options.map((option) => {
            const words = showHidden(option.label);
            return (
              <label key={option.value} className={styles["option"]}>
                <Checkbox
                  label={words}
                  checked={chosen.includes(option.value)}
                  onChange={(on) =>
                    onChange(on ? [...chosen, option.value] : chosen.filter((one) => one !== option.value))
                  }
                />
                {words}
              </label>
            );
          })}
        </div>
        {about}
      </fieldset>
    );
  }
  if (type === "choice") {
    return (
      <div className={styles["field"]} data-field={key}>
        <span className={styles["label"]}>{label}</span>
        <span>
          <Select
            label={label}
            value={String(value)}
            options={[
              { value: nothing, label: text("chat.form.nothing") },
              ...options.map((option) => ({ value: option.value, label: showHidden(option.label) })),
            ]}
            onChange={onChange}
          />
        </span>
        {about}
      </div>
    );
  }
  return (
    <div data-field={key}>
      <TextField
        label={label}
        value={String(value)}
        onChange={onChange}
        error={error}
        autoComplete="off"
        spellCheck={false}
        required={required}
        {...(hint === "" ? formatHint(text, field) : { hint })}
        {...(type === "string" ? { type: inputType(format) } : { inputMode: "decimal" as const })}
      />
    </div>
  );
}

function inputType(format: FormField["format"]): string {
  // Addresses are typed as text: what is wrong with them is said in words here, not by the browser.
  return format === "date" ? "date" : format === "date-time" ? "datetime-local" : "text";
}

/** The limits of a number, where the server says nothing itself. */
function formatHint(text: Text, { type, min, max }: FormField): { readonly hint?: string } {
  if (type === "string" || min === null || max === null) return {};
  return { hint: text("chat.form.between", { min: text.number(min), max: text.number(max) }) };
}
