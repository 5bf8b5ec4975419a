import { usePreferences } from "../../app/use-preferences.tsx";
import { languageNames, useText } from "../../text/text.tsx";
import { FieldRow } from "../../ui/FieldRow.tsx";
import { Select } from "../../ui/Select.tsx";

const scales = [1, 1.1, 1.25, 1.5, 1.75, 2] as const;

export function LanguageRow() {
  const text = useText();
  const { preferences, change } = usePreferences();
  return (
    <FieldRow label={text("settings.language")}>
      <Select
        label={text("settings.language")}
        value={preferences.language}
        options={[
          { value: "system", label: text("settings.asSystem") },
          ...languageNames().map(([value, label]) => ({ value, label })),
        ]}
        onChange={(language) => change({ language })}
      />
    </FieldRow>
  );
}

export function ThemeRow() {
  const text = useText();
  const { preferences, change } = usePreferences();
  return (
    <FieldRow label={text("settings.theme")}>
      <Select
        label={text("settings.theme")}
        value={preferences.theme}
        options={(["system", "light", "dark"] as const).map((value) => ({
          value,
          label: text(value === "system" ? "settings.asSystem" : `settings.theme.${value}`),
        }))}
        onChange={(theme) => change({ theme })}
      />
    </FieldRow>
  );
}

export function ScaleRow() {
  const text = useText();
  const { preferences, change } = usePreferences();
  const nearest = scales.reduce((best, one) =>
    Math.abs(one - preferences.scale) < Math.abs(best - preferences.scale) ? one : best,
  );
  return (
    <FieldRow label={text("settings.scale")} hint={text("settings.scaleHint")}>
      <Select
        label={text("settings.scale")}
        value={String(nearest)}
        options={scales.map((scale) => ({ value: String(scale), label: text.percent(scale) }))}
        onChange={(scale) => change({ scale: Number(scale) })}
      />
    </FieldRow>
  );
}
