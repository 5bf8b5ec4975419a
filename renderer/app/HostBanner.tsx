import { useConnection, useHostState } from "../bridge/use-host.ts";
import { useText } from "../text/text.tsx";
import { Banner } from "../ui/Banner.tsx";
import { Button } from "../ui/Button.tsx";
import styles from "./HostBanner.module.css";

/** A word while the host is away: it comes back by itself, or says why it cannot. */
export function HostBanner() {
  const text = useText();
  const connection = useConnection();
  const host = useHostState();
  if (host.state === "running" || host.state === "starting") return null;
  return (
    <div className={styles["place"]}>
      {host.state === "restarting" ? (
        <Banner meaning="attention">{text("host.restarting", { attempt: host.attempt })}</Banner>
      ) : (
        <Banner
          meaning="refused"
          action={
            <Button onClick={() => void connection.shell.call("shell.restartHost", {}).catch(() => {})}>
              {text("common.tryAgain")}
            </Button>
          }
        >
          {text("host.failed")} {host.message}
        </Banner>
      )}
    </div>
  );
}
