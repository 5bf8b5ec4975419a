import { FolderOpen } from "lucide-react";
import type { SettingField, SettingValues } from "../../../src/shared/mcp.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useConnection } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Switch } from "../../ui/Switch.tsx";
import { TextField } from "../../ui/TextField.tsx";
import styles from "./List.module.css";

interface SettingFieldsProps {
  readonly fields: readonly SettingField[];
  readonly values: SettingValues;
  readonly onChange: (values: SettingValues) => void;
}

/** The questions of a bundle's manifest. Folders are chosen, never written by the bundle. */
export function SettingFields({ fields, values, onChange }: SettingFieldsProps) {
  return (
    <div className={styles["form"]}>
      {fields.map((field) => (
        <OneField
          key={field.key}
          field={field}
          value={values[field.key]}
          onChange={(value) => {
            const { [field.key]: _, ...others } = values;
            onChange(value === undefined ? others : { ...others, [field.key]: value });
          }}
        />
      ))}
    </div>
  );
}

type Value = SettingValues[string] | undefined;

function OneField({
  field,
  value,
  onChange,
}: {
  readonly field: SettingField;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}) {
  const text = useText();
  const { type, multiple, sensitive, required } = field;
  const label = `${showHidden(field.title)}${required ? "" : ` (${text("connections.optional")})`}`;
  const hint = showHidden(field.description);
  if (type === "directory" || type === "file") {
    return <PathField label={label} hint={hint} type={type} multiple={multiple} value={value} onChange={onChange} />;
  }
  if (type === "boolean") return <Switch label={label} checked={value === true} onChange={onChange} />;
  const shown = Array.isArray(value) ? value.join(", ") : value === undefined ? "" : String(value);
  return (
    <TextField
      label={label}
      hint={multiple ? `${hint} ${text("connections.commas")}` : hint}
      type={sensitive ? "password" : type === "number" ? "number" : "text"}
      autoComplete="off"
      value={shown}
      onChange={(words) => {
        if (words === "") return onChange(undefined);
        if (type === "number") return onChange(Number(words));
        onChange(multiple ? words.split(",").map((one) => one.trim()) : words);
      }}
    />
  );
}

function PathField({
  label,
  hint,
  type,
  multiple,
  value,
  onChange,
}: {
  readonly label: string;
  readonly hint: string;
  readonly type: "directory" | "file";
  readonly multiple: boolean;
  readonly value: Value;
  readonly onChange: (value: Value) => void;
}) {
  const text = useText();
  const { shell } = useConnection();
  const sayError = useSayError();
  const paths = Array.isArray(value) ? value : typeof value === "string" && value !== "" ? [value] : [];
  const choose = text(type === "directory" ? "connections.chooseFolder" : "connections.chooseFile");
  const pick = async () => {
    const purpose = type === "directory" ? "folder" : "any";
    const { paths: picked } = await shell.call("files.pick", { purpose, multiple });
    if (picked.length === 0) return;
    onChange(multiple ? [...new Set([...paths, ...picked])] : picked[0]);
  };
  return (
    <div className={styles["steps"]} role="group" aria-label={label}>
      <span className={styles["label"]}>{label}</span>
      {hint !== "" && <span className={styles["soft"]}>{hint}</span>}
      {paths.map((path) => (
        <div key={path} className={styles["top"]}>
          <span className={styles["mono"]}>{showHidden(path)}</span>
          <Button
            kind="quiet"
            aria-label={text("connections.takeAway", { path })}
            onClick={() => onChange(multiple ? paths.filter((one) => one !== path) : undefined)}
          >
            {text("common.remove")}
          </Button>
        </div>
      ))}
      {(multiple || paths.length === 0) && (
        <div>
          <Button icon={<FolderOpen />} aria-label={`${choose} (${label})`} onClick={() => void pick().catch(sayError)}>
            {choose}
          </Button>
        </div>
      )}
      <span className={styles["soft"]}>{text("connections.readOnly")}</span>
    </div>
  );
}
