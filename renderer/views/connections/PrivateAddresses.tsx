import { Plus } from "lucide-react";
import { useState } from "react";
import type { PerimeterServerView, PerimeterView } from "../../../src/shared/host-contract.ts";
import { hrefOf } from "../../app/route.ts";
import { useSay, useSayError } from "../../app/toasts.tsx";
import { useCallHost } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Badge, MeaningIcon } from "../../ui/Badge.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Details } from "../../ui/Details.tsx";
import { ConfirmDialog } from "../../ui/ConfirmDialog.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { AddAddress } from "./AddAddress.tsx";
import styles from "./List.module.css";

type Steps = readonly { readonly what: string; readonly ok: boolean; readonly detail: string }[];

/** The private servers that the gateway may reach. With none, there is no gateway, and it says so. */
export function PrivateAddresses({
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
  const [adding, setAdding] = useState(false);
  const [removing, setRemoving] = useState<string>();
  const [tested, setTested] = useState<{ readonly name: string; readonly steps: Steps | null }>();
  const { servers, gateway, gatewayFault, fault } = perimeter;
  const test = (name: string) => {
    setTested({ name, steps: null });
    call("perimeter.test", { name }).then(
      ({ steps }) => setTested({ name, steps }),
      (error: unknown) => {
        setTested(undefined);
        sayError(error);
      },
    );
  };
  const remove = (name: string) => {
    setRemoving(undefined);
    call("perimeter.remove", { name }).then(() => {
      say(text("connections.removed", { name }), "good");
      onChanged();
    }, sayError);
  };
  const meaning = gateway === "absent" ? "good" : gateway === "running" ? "attention" : "refused";
  return (
    <>
      {fault !== null && (
        <Banner meaning="refused">
          <span lang="en">{fault}</span>
        </Banner>
      )}
      <div className={styles["bar"]}>
        <Badge meaning={meaning}>{text(`connections.gateway.${gateway}`)}</Badge>
        <span className={styles["soft"]} lang={gatewayFault === null ? undefined : "en"}>
          {gatewayFault ?? text(`connections.gatewayWords.${gateway}`)}
        </span>
        <span className={styles["space"]} />
        <Button icon={<Plus />} onClick={() => setAdding(true)}>
          {text("connections.perimeter.add")}
        </Button>
      </div>
      {servers.length > 0 && (
        <ul className={styles["list"]}>
          {servers.map((server) => (
            <AddressRow
              key={server.name}
              server={server}
              steps={tested?.name === server.name ? tested.steps : undefined}
              onTest={() => test(server.name)}
              onRemove={() => setRemoving(server.name)}
            />
          ))}
        </ul>
      )}
      {adding && (
        <AddAddress
          onClose={() => setAdding(false)}
          onAdded={() => {
            setAdding(false);
            onChanged();
          }}
        />
      )}
      <ConfirmDialog
        title={text("connections.removeTitle", { name: removing ?? "" })}
        action={text("common.remove")}
        open={removing !== undefined}
        onClose={() => setRemoving(undefined)}
        onConfirm={() => removing !== undefined && remove(removing)}
      >
        {text("connections.removeAddress")}
      </ConfirmDialog>
    </>
  );
}

function AddressRow({
  server,
  steps,
  onTest,
  onRemove,
}: {
  readonly server: PerimeterServerView;
  /** Undefined: not tested; null: under way. */
  readonly steps: Steps | null | undefined;
  readonly onTest: () => void;
  readonly onRemove: () => void;
}) {
  const text = useText();
  const { name, url, address, certificate, budget } = server;
  return (
    <li className={styles["row"]}>
      <div className={styles["top"]}>
        <h3 className={styles["name"]}>
          <a href={hrefOf({ view: "connections", id: name })}>{name}</a>
        </h3>
        <span className={styles["space"]} />
        <Button kind="quiet" disabled={steps === null} focusableWhenDisabled onClick={onTest}>
          {text("connections.perimeter.test", { name })}
        </Button>
        <Button kind="quiet" aria-label={text("connections.removeTitle", { name })} onClick={onRemove}>
          {text("common.remove")}
        </Button>
      </div>
      <p className={styles["mono"]}>{url}</p>
      <p className={styles["soft"]}>
        {text("connections.perimeter.only", { address })} ·{" "}
        {text("connections.perimeter.today", { calls: server.callsToday, bytes: text.bytes(server.bytesToday) })} ·{" "}
        {text(server.hasCredential ? "connections.perimeter.credential" : "connections.perimeter.noCredential")}
      </p>
      <Details label={text("connections.perimeter.exactly")}>
        <Facts
          facts={[
            {
              name: text("connections.perimeter.certificate"),
              value: <span className={styles["mono"]}>{certificate ?? text("connections.perimeter.plain")}</span>,
            },
            { name: text("connections.perimeter.calls"), value: text.number(budget.callsPerHour) },
            { name: text("connections.perimeter.perCall"), value: text.bytes(budget.bytesPerCall) },
            { name: text("connections.perimeter.perDay"), value: text.bytes(budget.bytesPerDay) },
            {
              name: text("connections.fact.added"),
              value: text("connections.reviewedBy", { by: server.addedBy, at: text.date(server.addedAt) }),
            },
          ]}
        />
      </Details>
      {steps !== undefined && <TestSteps steps={steps} />}
    </li>
  );
}

function TestSteps({ steps }: { readonly steps: Steps | null }) {
  const text = useText();
  if (steps === null) return <p role="status">{text("connections.perimeter.testing")}</p>;
  return (
    <div role="status">
      <ol className={styles["steps"]} lang="en">
        {steps.map(({ what, ok, detail }) => (
          <li key={what} className={styles["step"]}>
            <MeaningIcon meaning={ok ? "good" : "refused"} />
            <span>
              {what}: {detail}
            </span>
          </li>
        ))}
      </ol>
    </div>
  );
}
