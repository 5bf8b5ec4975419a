import { useState } from "react";
import type { BundleFacts, SettingValues } from "../../../src/shared/mcp.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import { navigate } from "../../app/route.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useCallHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Badge, type Meaning } from "../../ui/Badge.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { TextField } from "../../ui/TextField.tsx";
import styles from "./List.module.css";
import { SettingFields } from "./SettingFields.tsx";
import { defaultsOf, isComplete } from "./setting-values.ts";

const publisherMeaning: Readonly<Record<BundleFacts["publisher"]["state"], Meaning>> = {
  trusted: "good",
  unknown: "attention",
  unsigned: "neutral",
};

/** What a bundle is and asks for, before it is installed. Nothing of it has run. */
export function ImportDialog({
  path,
  facts,
  onClose,
  onImported,
}: {
  readonly path: string;
  readonly facts: BundleFacts;
  readonly onClose: () => void;
  readonly onImported: () => void;
}) {
  const text = useText();
  const call = useCallHost();
  const sayError = useSayError();
  const [name, setName] = useState<string>(facts.suggestedName);
  const [settings, setSettings] = useState<SettingValues>(() => defaultsOf(facts.settings));
  const [busy, setBusy] = useState(false);
  const canInstall = facts.faults.length === 0 && isComplete(facts.settings, settings) && name !== "" && !busy;

  const install = () => {
    setBusy(true);
    call("mcp.import", { path, name, sha256: facts.sha256, settings, grants: [] }).then(
      () => {
        onImported();
        // Sealed, for its list of tools: nothing of it can be called yet.
        call("mcp.start", { name }).catch(sayError);
        navigate({ view: "connections", id: name });
      },
      (error: unknown) => {
        setBusy(false);
        sayError(error);
      },
    );
  };
  const { publisher } = facts;
  return (
    <Dialog
      wide
      open
      title={text("connections.import.title", { title: showHidden(facts.title) })}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("common.cancel")}</Button>
          <Button kind="primary" disabled={!canInstall} focusableWhenDisabled onClick={install}>
            {text("connections.import.install")}
          </Button>
        </>
      }
    >
      <div className={styles["form"]}>
        {facts.faults.map((fault) => (
          <Banner key={fault} meaning="refused">
            <span lang="en">{fault}</span>
          </Banner>
        ))}
        {facts.description !== "" && <p>{showHidden(facts.description)}</p>}
        <Facts
          facts={[
            { name: text("connections.fact.version"), value: showHidden(facts.version) },
            { name: text("connections.fact.author"), value: showHidden(facts.author) },
            { name: text("connections.fact.licence"), value: showHidden(facts.licence ?? text("connections.unknown")) },
            {
              name: text("connections.fact.publisher"),
              value: (
                <>
                  <Badge meaning={publisherMeaning[publisher.state]}>
                    {text(`connections.publisher.${publisher.state}`)}
                  </Badge>
                  {publisher.name !== null && ` ${showHidden(publisher.name)}`}
                </>
              ),
            },
            { name: text("connections.fact.runs"), value: text(`connections.runtime.${facts.runtime}`) },
            {
              name: text("connections.fact.size"),
              value: text("connections.size", { bytes: text.bytes(facts.bytes), count: facts.files }),
            },
            { name: "SHA-256", value: <span className={styles["mono"]}>{facts.sha256}</span> },
          ]}
        />
        <TextField
          label={text("connections.import.name")}
          hint={text("connections.import.nameHint")}
          value={name}
          onChange={setName}
          maxLength={32}
          spellCheck={false}
        />
        {facts.settings.length > 0 && (
          <SettingFields fields={facts.settings} values={settings} onChange={setSettings} />
        )}
        <p className={styles["soft"]}>{text("connections.import.after")}</p>
      </div>
    </Dialog>
  );
}
