import type { ModelStatus } from "../../../src/shared/host-contract.ts";
import { usePreferences } from "../../app/use-preferences.tsx";
import { useHost, useHostEvent } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { FieldRow } from "../../ui/FieldRow.tsx";
import { Select } from "../../ui/Select.tsx";
import { type ChosenRole, defaultModel } from "../models/default-model.ts";
import { speechLanguages } from "./speech-languages.ts";

/** The best there is, among names: no model is called that. */
const best = "";

/** Which models are used by default, and the language of recordings. */
export function ModelRows() {
  const text = useText();
  const { preferences, change } = usePreferences();
  const { data, reload } = useHost("models.list", {});
  useHostEvent("list.changed", ({ what }) => {
    if (what === "models") reload();
  });
  const models = data?.models ?? [];
  return (
    <>
      <ModelRow
        role="speech"
        models={models}
        chosen={preferences.speechModel}
        onChoose={(speechModel) => change({ speechModel })}
      />
      <FieldRow label={text("settings.speechLanguage")} hint={text("settings.speechLanguageHint")}>
        <Select
          label={text("settings.speechLanguage")}
          value={preferences.speechLanguage}
          options={[
            { value: "auto", label: text("settings.auto") },
            ...speechLanguages(text.language, preferences.speechLanguage),
          ]}
          onChange={(speechLanguage) => change({ speechLanguage })}
        />
      </FieldRow>
      <ModelRow
        role="chat"
        models={models}
        chosen={preferences.chatModel}
        onChoose={(chatModel) => change({ chatModel })}
      />
    </>
  );
}

function ModelRow({
  role,
  models,
  chosen,
  onChoose,
}: {
  readonly role: ChosenRole;
  readonly models: readonly ModelStatus[];
  readonly chosen: string | null;
  readonly onChoose: (name: string | null) => void;
}) {
  const text = useText();
  const there = models.filter(({ model, state }) => model.role === role && state !== "missing" && state !== "changed");
  const names = there.map(({ model }) => model.name);
  const automatic = defaultModel(models, role, null);
  const label = text(`settings.model.${role}`);
  return (
    <FieldRow
      label={label}
      hint={
        chosen !== null && models.length > 0 && !names.includes(chosen)
          ? text("settings.modelGone", { name: chosen, instead: automatic ?? "–" })
          : text(`settings.modelHint.${role}`)
      }
    >
      <Select
        label={label}
        value={chosen ?? best}
        options={[
          {
            value: best,
            label: automatic === undefined ? text("settings.best") : text("settings.bestIs", { name: automatic }),
          },
          ...(chosen === null || names.includes(chosen) ? names : [chosen, ...names]).map((name) => ({
            value: name,
            label: name,
          })),
        ]}
        onChange={(name) => onChoose(name === best ? null : name)}
      />
    </FieldRow>
  );
}
