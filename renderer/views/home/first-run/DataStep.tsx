import { useHost } from "../../../bridge/use-host.ts";
import { useText } from "../../../text/text.tsx";
import { NeverList } from "../../about/NeverList.tsx";
import { RevealButton } from "../MachineFacts.tsx";
import styles from "./Step.module.css";

/** Where data lives, and what is never done with it. */
export function DataStep() {
  const text = useText();
  const { data } = useHost("about.get", {});
  return (
    <>
      <p>{text("firstRun.data.where")}</p>
      {data !== undefined && (
        <div className={styles["words"]}>
          <p className={styles["path"]}>{data.dataFolder}</p>
          <div>
            <RevealButton path={data.dataFolder} />
          </div>
        </div>
      )}
      <p>{text("firstRun.data.backup")}</p>
      <h3 className={styles["name"]}>{text("about.never")}</h3>
      <NeverList />
    </>
  );
}
