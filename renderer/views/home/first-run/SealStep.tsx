import { useSeal } from "../../../bridge/use-seal.ts";
import { useText } from "../../../text/text.tsx";
import { ErrorState } from "../../../ui/ErrorState.tsx";
import { Skeleton } from "../../../ui/Skeleton.tsx";
import { SealPart } from "../SealPart.tsx";
import styles from "./Step.module.css";

/** Whether anything can leave, as looked at just now. */
export function SealStep() {
  const text = useText();
  const { data, error, reload } = useSeal();
  return (
    <>
      <p className={styles["soft"]}>{text("firstRun.seal.lead")}</p>
      {data !== undefined && <SealPart seal={data} />}
      {data === undefined && error === undefined && <Skeleton rows={5} waitsFor={text("home.seal.waits")} />}
      {data === undefined && error !== undefined && <ErrorState error={error} onRetry={reload} />}
    </>
  );
}
