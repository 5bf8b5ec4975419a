import type { ReactNode } from "react";
import type { IndoorsError } from "../../src/shared/errors.ts";
import { useText } from "../text/text.tsx";
import { MeaningIcon } from "./Badge.tsx";
import { Button } from "./Button.tsx";
import styles from "./States.module.css";

/** What happened, what is safe, what to do; the sentence of the host below it. */
export function ErrorState({
  error,
  onRetry,
  action,
}: {
  readonly error: IndoorsError;
  readonly onRetry?: () => void;
  readonly action?: ReactNode;
}) {
  const text = useText();
  return (
    <div className={styles["state"]} role="alert">
      <h2 className={styles["title"]}>
        <MeaningIcon meaning="refused" /> {text.maybe(`error.${error.code}`) ?? text("error.internal")}
      </h2>
      <p className={styles["words"]}>{text("error.safe")}</p>
      <p className={styles["details"]}>{error.message}</p>
      {onRetry !== undefined && <Button onClick={onRetry}>{text("common.tryAgain")}</Button>}
      {action}
    </div>
  );
}
