import { useText } from "../../text/text.tsx";
import styles from "./ArgumentList.module.css";
import { argumentLines } from "./argument-lines.ts";
import { Lines } from "./Lines.tsx";

/** The arguments of a call, each with its name. `atMost` lines of each at first; without it all of everything. */
export function ArgumentList({
  of,
  atMost,
}: {
  readonly of: Readonly<Record<string, unknown>>;
  readonly atMost?: number;
}) {
  const text = useText();
  const shown = argumentLines(of);
  if (shown.length === 0) return <p className={styles["none"]}>{text("chat.call.noArguments")}</p>;
  return (
    <dl className={styles["list"]}>
      {shown.map(({ name, lines }) => (
        <div key={name} className={styles["line"]}>
          <dt className={styles["name"]}>{name}</dt>
          <dd className={styles["value"]}>
            <Lines lines={lines} {...(atMost === undefined ? {} : { atMost })} />
          </dd>
        </div>
      ))}
    </dl>
  );
}
