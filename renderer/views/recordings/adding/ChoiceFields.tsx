import { speechEngineName } from "../../../../src/shared/speech.ts";
import { useHost } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { Select } from "../../../ui/Select.tsx";
import { languageName, speechLanguages } from "../language-name.ts";
import type { TranscriptionChoice } from "./adding.ts";
import styles from "./ChoiceFields.module.css";

type Chosen = Pick<TranscriptionChoice, "engine" | "model" | "language">;

/** No model is called that: the best there is. */
const best = "";

/** Language, model and, where it is asked for, engine of a transcription. */
export function ChoiceFields({
  choice,
  onChange,
  withEngine,
}: {
  readonly choice: Chosen;
  readonly onChange: (changes: Partial<Chosen>) => void;
  readonly withEngine: boolean;
}) {
  const text = useText();
  const { data } = useHost("models.list", {});
  const models = (data?.models ?? []).filter(({ model, state }) => model.role === "speech" && state !== "missing");
  const englishOnly = choice.model?.includes(".en") === true;
  const languages = speechLanguages
    .map((code) => ({ value: code, label: languageName(code, text.language) }))
    .sort((a, b) => a.label.localeCompare(b.label, text.language));
  const known = models.some(({ model }) => model.name === choice.model);
  return (
    <div className={styles["fields"]}>
      <Field label={text("recordings.choice.language")}>
        <Select
          label={text("recordings.choice.language")}
          value={choice.language}
          options={[
            { value: "auto", label: text("recordings.choice.autoLanguage") },
            ...(englishOnly ? languages.filter(({ value }) => value === "en") : languages),
          ]}
          onChange={(language) => onChange({ language })}
        />
      </Field>
      <Field label={text("recordings.choice.model")}>
        <Select
          label={text("recordings.choice.model")}
          value={choice.model ?? best}
          options={[
            { value: best, label: text("recordings.choice.bestModel") },
            ...models.map(({ model }) => ({ value: model.name, label: model.name })),
            ...(choice.model === null || known ? [] : [{ value: choice.model, label: choice.model }]),
          ]}
          onChange={(model) => onChange({ model: model === best ? null : model })}
        />
      </Field>
      {withEngine && (
        <Field label={text("recordings.choice.engine")} hint={text(`recordings.choice.engineHint.${choice.engine}`)}>
          <Select
            label={text("recordings.choice.engine")}
            value={choice.engine}
            options={speechEngineName.options.map((value) => ({
              value,
              label: text(`recordings.choice.engine.${value}`),
            }))}
            onChange={(engine) => onChange({ engine })}
          />
        </Field>
      )}
    </div>
  );
}

function Field({
  label,
  hint,
  children,
}: {
  readonly label: string;
  readonly hint?: string;
  readonly children: React.ReactNode;
}) {
  return (
    <div className={styles["field"]}>
      <span className={styles["label"]} aria-hidden="true">
        {label}
      </span>
      {children}
      {hint !== undefined && <p className={styles["hint"]}>{hint}</p>}
    </div>
  );
}
