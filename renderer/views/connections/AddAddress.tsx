import { useState } from "react";
import type { AddressExamination } from "../../../src/shared/gateway-contract.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useCallHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { MeaningIcon } from "../../ui/Badge.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { TextField } from "../../ui/TextField.tsx";
import styles from "./List.module.css";

/** Lists a private server: first it is looked at, then a person compares the certificate, then it is added exactly so. */
export function AddAddress({ onClose, onAdded }: { readonly onClose: () => void; readonly onAdded: () => void }) {
  const text = useText();
  const call = useCallHost();
  const sayError = useSayError();
  const [name, setName] = useState("");
  const [url, setUrl] = useState("https://");
  const [header, setHeader] = useState("");
  const [secret, setSecret] = useState("");
  const [seen, setSeen] = useState<AddressExamination>();
  const [busy, setBusy] = useState(false);
  const act = (work: Promise<void>) => {
    setBusy(true);
    work.catch(sayError).finally(() => setBusy(false));
  };
  const address = seen?.addresses.find(({ allowed }) => allowed)?.address;
  const canAdd = seen !== undefined && seen.fault === null && address !== undefined && name !== "";
  const look = () => act(call("perimeter.examine", { url }).then(setSeen));
  const add = () =>
    act(
      call("perimeter.add", {
        ...{ name, url, address: address ?? "", certificate: seen?.certificate?.fingerprint ?? null, budget: null },
        credential: secret === "" ? null : { header: header === "" ? "Authorization" : header, secret },
      }).then(onAdded),
    );
  return (
    <Dialog
      wide
      open
      title={text("connections.perimeter.addTitle")}
      onClose={onClose}
      actions={
        <>
          <Button onClick={onClose}>{text("common.cancel")}</Button>
          {seen === undefined || seen.fault !== null ? (
            <Button kind="primary" disabled={busy || url.length < 10} focusableWhenDisabled onClick={look}>
              {text("connections.perimeter.look")}
            </Button>
          ) : (
            <Button kind="primary" disabled={busy || !canAdd} focusableWhenDisabled onClick={add}>
              {text("connections.perimeter.addNow")}
            </Button>
          )}
        </>
      }
    >
      <div className={styles["form"]}>
        <TextField
          label={text("connections.perimeter.url")}
          hint={text("connections.perimeter.urlHint")}
          value={url}
          spellCheck={false}
          onChange={(next) => {
            setUrl(next);
            // What was seen was another place.
            setSeen(undefined);
          }}
        />
        {seen !== undefined && <Examined seen={seen} />}
        {seen !== undefined && seen.fault === null && (
          <>
            <TextField
              label={text("connections.import.name")}
              hint={text("connections.import.nameHint")}
              value={name}
              onChange={setName}
              maxLength={32}
              spellCheck={false}
            />
            <TextField
              label={`${text("connections.perimeter.header")} (${text("connections.optional")})`}
              placeholder="Authorization"
              value={header}
              onChange={setHeader}
              spellCheck={false}
            />
            <TextField
              label={`${text("connections.perimeter.secret")} (${text("connections.optional")})`}
              hint={text("connections.perimeter.secretHint")}
              type="password"
              autoComplete="off"
              value={secret}
              onChange={setSecret}
            />
          </>
        )}
      </div>
    </Dialog>
  );
}

function Examined({ seen }: { readonly seen: AddressExamination }) {
  const text = useText();
  const { addresses, certificate, fault } = seen;
  return (
    <>
      {fault !== null && (
        <Banner meaning="refused">
          <span lang="en">{fault}</span>
        </Banner>
      )}
      <ul className={styles["steps"]} aria-label={text("connections.perimeter.addresses")}>
        {addresses.map(({ address, allowed, reason }) => (
          <li key={address} className={styles["step"]}>
            <MeaningIcon meaning={allowed ? "good" : "refused"} />
            <span>
              <span className={styles["mono"]}>{address}</span> <span lang="en">{reason}</span>
            </span>
          </li>
        ))}
      </ul>
      {certificate !== null && (
        <>
          <p>{text("connections.perimeter.compare")}</p>
          <Facts
            facts={[
              {
                name: text("connections.perimeter.certificate"),
                value: <span className={styles["mono"]}>{certificate.fingerprint}</span>,
              },
              { name: text("connections.perimeter.subject"), value: certificate.subject },
              { name: text("connections.perimeter.issuer"), value: certificate.issuer },
              { name: text("connections.perimeter.validTo"), value: certificate.validTo },
            ]}
          />
        </>
      )}
    </>
  );
}
