import { useState } from "react";
import type { PerimeterView } from "../../../src/shared/host-contract.ts";
import { hrefOf } from "../../app/route.ts";
import { useSay, useSayError } from "../../app/toasts.tsx";
import { useCallHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Badge } from "../../ui/Badge.tsx";
import { Button } from "../../ui/Button.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { EnrolDialog } from "./EnrolDialog.tsx";
import styles from "./List.module.css";
import { ListenDialog } from "./ListenDialog.tsx";

/** The machines that may dial in, and whether anybody listens to them. */
export function Connectors({
  perimeter,
  onChanged,
}: {
  readonly perimeter: PerimeterView;
  readonly onChanged: () => void;
}) {
  const text = useText();
  const call = useCallHost();
  const say = useSay();
  const sayError = useSayError();
  const [dialog, setDialog] = useState<"listen" | "enrol">();
  const [revoking, setRevoking] = useState<string>();
  const { listener, connectors, enrolments, fingerprint } = perimeter;
  const close = () => {
    setDialog(undefined);
    onChanged();
  };
  const stop = () => void call("connectors.listen", { at: null }).then(onChanged, sayError);
  const revoke = (name: string) => {
    setRevoking(undefined);
    call("connectors.revoke", { name }).then(() => {
      say(text("connections.connectors.revoked", { name }), "good");
      onChanged();
    }, sayError);
  };
  return (
    <>
      <div className={styles["bar"]}>
        <Badge meaning={listener === null ? "good" : "attention"}>
          {listener === null
            ? text("connections.connectors.silent")
            : text("connections.connectors.listening", { at: `${listener.address}:${listener.port}` })}
        </Badge>
        {listener !== null && fingerprint !== null && (
          <span className={styles["soft"]}>
            {text("connections.connectors.shows", { fingerprint: fingerprint.slice(0, 16) })}
          </span>
        )}
        <span className={styles["space"]} />
        {listener === null ? (
          <Button onClick={() => setDialog("listen")}>{text("connections.connectors.listen")}</Button>
        ) : (
          <>
            <Button onClick={() => setDialog("enrol")}>{text("connections.connectors.enrol")}</Button>
            <Button onClick={stop}>{text("connections.connectors.stop")}</Button>
          </>
        )}
      </div>
      {connectors.length + enrolments.length > 0 && (
        <ul className={styles["list"]}>
          {connectors.map((connector) => (
            <li key={connector.name} className={styles["row"]}>
              <div className={styles["top"]}>
                <h3 className={styles["name"]}>
                  {connector.revokedAt === null ? (
                    <a href={hrefOf({ view: "connections", id: connector.name })}>{connector.name}</a>
                  ) : (
                    connector.name
                  )}
                </h3>
                <Badge meaning={connector.revokedAt !== null ? "refused" : connector.connected ? "good" : "neutral"}>
                  {text(
                    connector.revokedAt !== null
                      ? "connections.connectors.isRevoked"
                      : connector.connected
                        ? "connections.connectors.connected"
                        : "connections.connectors.away",
                  )}
                </Badge>
                <span className={styles["space"]} />
                {connector.revokedAt === null && (
                  <Button
                    kind="quiet"
                    aria-label={text("connections.connectors.revokeTitle", { name: connector.name })}
                    onClick={() => setRevoking(connector.name)}
                  >
                    {text("connections.connectors.revoke")}
                  </Button>
                )}
              </div>
              <p className={styles["soft"]}>
                {text("connections.connectors.since", { at: text.date(connector.enrolledAt) })}
                {connector.address !== null && ` · ${connector.address}`} ·{" "}
                {text("connections.connectors.shows", { fingerprint: connector.certificate.slice(0, 16) })}
              </p>
            </li>
          ))}
          {enrolments.map(({ name, expiresAt }) => (
            <li key={name} className={styles["row"]}>
              <div className={styles["top"]}>
                <h3 className={styles["name"]}>{name}</h3>
                <Badge meaning="neutral">{text("connections.connectors.waits")}</Badge>
              </div>
              <p className={styles["soft"]}>{text("connections.connectors.until", { at: text.date(expiresAt) })}</p>
            </li>
          ))}
        </ul>
      )}
      {dialog === "listen" && <ListenDialog onClose={close} />}
      {dialog === "enrol" && <EnrolDialog onClose={close} />}
      <ConfirmDialog
        title={text("connections.connectors.revokeTitle", { name: revoking ?? "" })}
        action={text("connections.connectors.revoke")}
        open={revoking !== undefined}
        onClose={() => setRevoking(undefined)}
        onConfirm={() => revoking !== undefined && revoke(revoking)}
      >
        {text("connections.connectors.revokeWords")}
      </ConfirmDialog>
    </>
  );
}
