import { useText } from "../../text/text.tsx";
import { Select } from "../../ui/Select.tsx";

/** In place of a name: whichever model is best here. */
const best = "";

/** Which model answers. `model` null: the best there is. */
export function ModelChoice({
  model,
  names,
  onModel,
}: {
  readonly model: string | null;
  readonly names: readonly string[];
  readonly onModel: (model: string) => void;
}) {
  const text = useText();
  const missing = model !== null && !names.includes(model) ? [model] : [];
  return (
    <Select
      label={text("chat.model")}
      value={model ?? best}
      options={[
        ...(model === null ? [{ value: best, label: text("chat.model.best") }] : []),
        ...names.map((name) => ({ value: name, label: name })),
        ...missing.map((name) => ({ value: name, label: text("chat.model.missing", { name }) })),
      ]}
      onChange={onModel}
    />
  );
}
