import { useState } from "react";
import type { ModelStatus, Readiness } from "../../../src/shared/host-contract.ts";
import { useText } from "../../text/text.tsx";
import { Badge, type Meaning } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { Details } from "../../ui/Details.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { Menu } from "../../ui/Menu.tsx";
import { Progress } from "../../ui/Progress.tsx";
import styles from "./ModelRow.module.css";
import { purposeWords } from "./purpose-words.ts";
import { speedWords } from "./speed-words.ts";

const meanings: Readonly<Record<ModelStatus["state"], Meaning>> = {
  present: "good",
  unverified: "neutral",
  missing: "attention",
  changed: "refused",
};

/** One model: what it is for, whether it is there and whole, how it fits and how fast it is here. */
export function ModelRow({
  status: { model, state },
  isDefault,
  readiness,
  reading,
  onUse,
  onVerify,
  onRemove,
}: {
  readonly status: ModelStatus;
  readonly isDefault: boolean;
  readonly readiness: Readiness | undefined;
  /** How far the check of its bytes is, from 0 to 1; null while none is under way. */
  readonly reading: number | null;
  /** Null where there is nothing to choose. */
  readonly onUse: (() => void) | null;
  readonly onVerify: () => void;
  /** Null for what came with Indoors. */
  readonly onRemove: (() => void) | null;
}) {
  const text = useText();
  const [titleId] = useState(() => `model-${model.name}`);
  const fit = readiness?.models.find(({ name }) => name === model.name);
  const speeds = readiness?.engines.filter((engine) => engine.model === model.name) ?? [];
  const here = state !== "missing";
  const facts = [
    text.bytes(model.bytes),
    model.licence === "" ? "" : (text.maybe(`models.licence.${model.origin}`) ?? model.licence),
    text(`models.origin.${model.origin}`),
    fit === undefined || !here ? "" : text(fit.fits ? "models.fits" : "models.doesNotFit"),
    // Two engines may load one model: the first is the one that is used by itself.
    ...speeds.slice(0, 1).map((engine) => speedWords(text, engine)),
  ];
  return (
    <li className={styles["row"]} aria-labelledby={titleId}>
      <div className={styles["top"]}>
        <h3 id={titleId} className={styles["name"]}>
          {model.name}
        </h3>
        <Badge meaning={meanings[state]}>{text(`models.state.${state}`)}</Badge>
        {isDefault && <span className={styles["used"]}>{text("models.used")}</span>}
        <span className={styles["space"]} />
        {onUse !== null && here && !isDefault && (
          <Button kind="quiet" onClick={onUse}>
            {text("models.use")}
          </Button>
        )}
        {(here || onRemove !== null) && (
          <Menu
            label={text("models.moreOf", { name: model.name })}
            items={[
              { label: text("models.verify"), onSelect: onVerify, disabled: !here },
              ...(onRemove === null ? [] : [{ label: text("models.remove"), onSelect: onRemove, danger: true }]),
            ]}
          />
        )}
      </div>
      <p>{purposeWords(text, model)}</p>
      {state === "missing" && <p className={styles["note"]}>{text("models.missingNote")}</p>}
      {state === "changed" && <p className={styles["bad"]}>{text("models.changedNote")}</p>}
      {reading !== null && (
        <div className={styles["reading"]}>
          <span>{text("models.reading")}</span>
          <Progress label={text("models.reading")} share={reading} />
        </div>
      )}
      <Details label={facts.filter((fact) => fact !== "").join(" · ")}>
        <Facts
          facts={[
            { name: text("models.fact.licence"), value: model.licence },
            { name: text("models.fact.file"), value: model.path },
            { name: text("models.fact.sha256"), value: <span className={styles["mono"]}>{model.sha256}</span> },
            { name: text("models.fact.format"), value: model.format },
            ...(fit === undefined
              ? []
              : [{ name: text("models.fact.memory"), value: <span lang="en">{fit.detail}</span> }]),
            ...speeds.map((engine) => ({
              name: engine.engine,
              value: text("models.fact.engine", {
                speed: speedWords(text, engine),
                device: engine.device,
                threads: engine.threads,
              }),
            })),
          ]}
        />
      </Details>
    </li>
  );
}
