import type { ModelRole } from "../../../../src/shared/model.ts";
import { useHost, useHostEvent } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { MeaningIcon } from "../../../ui/Badge.tsx";
import { Banner } from "../../../ui/Banner.tsx";
import { ErrorState } from "../../../ui/ErrorState.tsx";
import { Skeleton } from "../../../ui/Skeleton.tsx";
import { ImportPanel } from "../../models/ImportPanel.tsx";
import styles from "./Step.module.css";

const needed: readonly ModelRole[] = ["speech", "voice-activity", "chat", "ocr"];

/** Which models are here, and how others come: from a stick. */
export function ModelsStep() {
  const text = useText();
  const { data, error, reload } = useHost("models.list", {});
  useHostEvent("list.changed", ({ what }) => {
    if (what === "models") reload();
  });
  if (error !== undefined && data === undefined) return <ErrorState error={error} onRetry={reload} />;
  if (data === undefined) return <Skeleton rows={5} waitsFor={text("models.waits")} />;
  const here = data.models.filter(({ state }) => state === "present" || state === "unverified");
  const chat = here.filter(({ model }) => model.role === "chat");
  return (
    <>
      <p className={styles["soft"]}>{text("firstRun.models.lead")}</p>
      <ul className={styles["list"]}>
        {needed.map((role) => {
          const names = here.filter(({ model }) => model.role === role).map(({ model }) => model.name);
          return (
            <li key={role} className={styles["line"]}>
              <MeaningIcon meaning={names.length > 0 ? "good" : "refused"} />
              <span>
                <span className={styles["name"]}>{text(`models.role.${role}`)}</span>
                <br />
                <span className={styles["soft"]}>
                  {names.length > 0
                    ? text("firstRun.models.with", { names: names.join(", ") })
                    : text("firstRun.models.without")}
                </span>
              </span>
            </li>
          );
        })}
      </ul>
      {chat.length > 0 && chat.every(({ model }) => model.origin === "default") && (
        <Banner meaning="attention">{text("models.starter")}</Banner>
      )}
      <ImportPanel />
    </>
  );
}
