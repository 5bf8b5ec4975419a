import { useState } from "react";
import { useSayError } from "../../app/toasts.tsx";
import { useCallHost, useHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { ErrorState } from "../../ui/ErrorState.tsx";
import { Select } from "../../ui/Select.tsx";
import { Skeleton } from "../../ui/Skeleton.tsx";
import { TextField } from "../../ui/TextField.tsx";
import styles from "./List.module.css";

/** Where connectors may dial in: one private address of this machine, and a port. */
export function ListenDialog({ onClose }: { readonly onClose: () => void }) {
  const text = useText();
  const call = useCallHost();
  const sayError = useSayError();
  const { data, error, reload } = useHost("connectors.addresses", {});
  const [chosen, setChosen] = useState<string>();
  const [port, setPort] = useState("7443");
  const allowed = (data?.addresses ?? []).filter((one) => one.allowed);
  const address = chosen ?? allowed[0]?.address;
  const number = Number(port);
  const isPort = Number.isInteger(number) && number > 0 && number < 65_536;
  const listen = () => {
    if (address === undefined) return;
    call("connectors.listen", { at: { address, port: number } }).then(onClose, sayError);
  };
  return (
    <Dialog
      open
      title={text("connections.connectors.listenTitle")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("common.cancel")}</Button>
          <Button kind="primary" disabled={address === undefined || !isPort} focusableWhenDisabled onClick={listen}>
            {text("connections.connectors.listen")}
          </Button>
        </>
      }
    >
      <div className={styles["form"]}>
        <p>{text("connections.connectors.listenWords")}</p>
        {error !== undefined && <ErrorState error={error} onRetry={reload} />}
        {data === undefined && error === undefined && <Skeleton rows={1} />}
        {data !== undefined && address === undefined && <p>{text("connections.connectors.noAddress")}</p>}
        {address !== undefined && (
          <Select
            label={text("connections.connectors.address")}
            value={address}
            options={allowed.map((one) => ({ value: one.address, label: `${one.address} (${one.reason})` }))}
            onChange={setChosen}
          />
        )}
        <TextField
          label={text("connections.connectors.port")}
          value={port}
          onChange={setPort}
          inputMode="numeric"
          error={isPort ? undefined : text("connections.connectors.portWrong")}
        />
      </div>
    </Dialog>
  );
}
