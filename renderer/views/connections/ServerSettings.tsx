import { FolderPlus } from "lucide-react";
import { useState } from "react";
import type { ServerView } from "../../../src/shared/mcp.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import type { Grant } from "../../../src/shared/tool.ts";
import { useSay, useSayError } from "../../app/toasts.tsx";
import { useCallHost, useConnection } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Section } from "../../ui/Page.tsx";
import { Select } from "../../ui/Select.tsx";
import styles from "./List.module.css";
import { SettingFields } from "./SettingFields.tsx";
import { isComplete } from "./setting-values.ts";
import { shownSettings } from "./shown-settings.ts";

/** The folders and the settings of a server on this machine. Changes hold from its next start, which is at once. */
export function ServerSettings({ server, onChanged }: { readonly server: ServerView; readonly onChanged: () => void }) {
  const text = useText();
  const call = useCallHost();
  const { shell } = useConnection();
  const say = useSay();
  const sayError = useSayError();
  const fields = server.bundle?.settings ?? [];
  const [settings, setSettings] = useState(() => shownSettings(server.settings));
  const { name, grants } = server;
  const saved = () => {
    say(text("connections.saved"), "good");
    onChanged();
  };
  const setGrants = (next: readonly Grant[]) =>
    void call("mcp.change", { name, enabled: null, settings: null, grants: [...next] }).then(saved, sayError);
  const add = async () => {
    const { paths } = await shell.call("files.pick", { purpose: "folder", multiple: false });
    const [path] = paths;
    if (path === undefined || grants.some((grant) => grant.path === path)) return;
    setGrants([...grants, { name: path.split(/[\\/]/).at(-1) || path, path, mode: "ro" }]);
  };
  const modes = (["ro", "rw"] as const).map((value) => ({ value, label: text(`connections.mode.${value}`) }));
  return (
    <>
      <Section
        title={text("connections.folders.title")}
        lead={text("connections.folders.lead")}
        actions={
          <Button icon={<FolderPlus />} onClick={() => void add().catch(sayError)}>
            {text("connections.folders.add")}
          </Button>
        }
      >
        {grants.length === 0 ? (
          <p className={styles["soft"]}>{text("connections.folders.none")}</p>
        ) : (
          <ul className={styles["list"]}>
            {grants.map((grant) => (
              <li key={grant.path} className={styles["row"]}>
                <div className={styles["top"]}>
                  <span className={styles["mono"]}>{showHidden(grant.path)}</span>
                  <span className={styles["space"]} />
                  <Select
                    label={text("connections.mode.label", { folder: grant.path })}
                    value={grant.mode}
                    options={modes}
                    onChange={(mode) => setGrants(grants.map((one) => (one === grant ? { ...one, mode } : one)))}
                  />
                  <Button
                    kind="quiet"
                    aria-label={text("connections.takeAway", { path: grant.path })}
                    onClick={() => setGrants(grants.filter((one) => one !== grant))}
                  >
                    {text("common.remove")}
                  </Button>
                </div>
              </li>
            ))}
          </ul>
        )}
      </Section>
      {fields.length > 0 && (
        <Section title={text("connections.settings.title")} lead={text("connections.settings.lead")}>
          <SettingFields fields={fields} values={settings} onChange={setSettings} />
          <div className={styles["buttons"]}>
            <Button
              kind="primary"
              disabled={
                !isComplete(
                  fields.filter(({ sensitive }) => !sensitive),
                  settings,
                )
              }
              focusableWhenDisabled
              onClick={() =>
                void call("mcp.change", { name, enabled: null, settings, grants: null }).then(saved, sayError)
              }
            >
              {text("common.save")}
            </Button>
          </div>
        </Section>
      )}
    </>
  );
}
