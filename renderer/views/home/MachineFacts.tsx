import type { Readiness } from "../../../src/shared/host-contract.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useShell } from "../../app/use-shell.tsx";
import { useConnection } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Button } from "../../ui/Button.tsx";
import { Facts } from "../../ui/Facts.tsx";
import { speedWords } from "../models/speed-words.ts";
import styles from "./MachineFacts.module.css";

/** What Indoors computes on, how fast that was, and where data lives. */
export function MachineFacts({
  readiness,
  measuring,
}: {
  readonly readiness: Readiness;
  /** Whether rates are on their way. */
  readonly measuring: boolean;
}) {
  const text = useText();
  const { machine, devices, engines, dataFolder } = readiness;
  const names = [...new Set(devices.map(({ device }) => device.name))];
  return (
    <div className={styles["facts"]}>
      <Facts
        facts={[
          {
            name: text("home.machine.cpu"),
            value: text("home.machine.cores", { cpu: machine.cpu, cores: machine.cores }),
          },
          {
            name: text("home.machine.memory"),
            value: text("home.machine.free", {
              all: text.bytes(machine.memoryBytes),
              free: text.bytes(machine.freeMemoryBytes),
            }),
          },
          ...(names.length === 0 ? [] : [{ name: text("home.machine.devices"), value: names.join(", ") }]),
          ...engines.map((engine) => ({
            name: text.maybe(`home.machine.engine.${engine.engine}`) ?? engine.engine,
            value: text("home.machine.speed", { speed: speedWords(text, engine), model: engine.model }),
          })),
          ...(measuring && engines.length === 0
            ? [{ name: text("home.machine.rates"), value: text("home.machine.measuring") }]
            : []),
          { name: text("home.machine.system"), value: machine.platform },
          { name: text("home.machine.data"), value: dataFolder },
        ]}
      />
      <RevealButton path={dataFolder} />
    </div>
  );
}

/** Shows a folder in the system's file manager. A kiosk has none. */
export function RevealButton({ path }: { readonly path: string }) {
  const text = useText();
  const { shell } = useConnection();
  const { kiosk } = useShell();
  const sayError = useSayError();
  if (kiosk !== null) return null;
  return (
    <Button onClick={() => void shell.call("files.reveal", { path }).catch(sayError)}>
      {text("home.machine.reveal")}
    </Button>
  );
}
