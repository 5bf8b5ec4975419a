import { FolderOpen, X } from "lucide-react";
import { useText } from "../../text/text.tsx";
import { IconButton } from "../../ui/IconButton.tsx";
import { Select } from "../../ui/Select.tsx";
import type { Attached } from "./attached.ts";
import styles from "./Grants.module.css";

/** What the next question may reach, before it is sent: each folder, where it lies, and what may be done in it. */
export function Grants({
  attached,
  onChange,
}: {
  readonly attached: readonly Attached[];
  readonly onChange: (attached: readonly Attached[]) => void;
}) {
  const text = useText();
  if (attached.length === 0) return null;
  return (
    <ul className={styles["list"]} aria-label={text("chat.grants.label")}>
      {attached.map((grant) => {
        const { name, path, mode, because } = grant;
        return (
          <li key={path} className={styles["grant"]}>
            <FolderOpen className={styles["icon"]} aria-hidden="true" />
            <span className={styles["words"]}>
              <span className={styles["name"]}>{name}</span>
              <span className={styles["path"]}>{path}</span>
              {because.length > 0 && (
                <span className={styles["because"]}>
                  {text("chat.grants.because", { files: because.join(", "), mode })}
                </span>
              )}
            </span>
            <Select
              label={text("chat.grants.mode", { name })}
              value={mode}
              options={[
                { value: "ro", label: text("chat.grants.read") },
                { value: "rw", label: text("chat.grants.write") },
              ]}
              onChange={(next) => onChange(attached.map((one) => (one === grant ? { ...one, mode: next } : one)))}
            />
            <IconButton
              label={text("chat.grants.remove", { name })}
              icon={<X />}
              onClick={() => onChange(attached.filter((one) => one !== grant))}
            />
          </li>
        );
      })}
    </ul>
  );
}
