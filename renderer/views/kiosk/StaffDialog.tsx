import { Delete } from "lucide-react";
import { useEffect, useState } from "react";
import { useSayError } from "../../app/toasts.tsx";
import { useConnection } from "../../bridge/use-host.ts";
import { useText } from "../../text/text.tsx";
import { Banner } from "../../ui/Banner.tsx";
import { Button } from "../../ui/Button.tsx";
import { Dialog } from "../../ui/Dialog.tsx";
import { TextField } from "../../ui/TextField.tsx";
import styles from "./StaffDialog.module.css";

const digits = ["1", "2", "3", "4", "5", "6", "7", "8", "9"] as const;

/** Leaves the kiosk with the admin's PIN. After wrong ones it waits, longer each time. */
export function StaffDialog({ open, onClose }: { readonly open: boolean; readonly onClose: () => void }) {
  const text = useText();
  return (
    <Dialog
      title={text("kiosk.staffTitle")}
      open={open}
      onClose={onClose}
      actions={<Button onClick={onClose}>{text("common.cancel")}</Button>}
    >
      <PinForm />
    </Dialog>
  );
}

function PinForm() {
  const text = useText();
  const { shell } = useConnection();
  const sayError = useSayError();
  const [pin, setPin] = useState("");
  const [trying, setTrying] = useState(false);
  const [wrong, setWrong] = useState(false);
  const [waitUntil, setWaitUntil] = useState(0);
  const waitSeconds = useSecondsUntil(waitUntil);
  const blocked = trying || waitSeconds > 0;
  const leave = () => {
    if (pin === "" || blocked) return;
    setTrying(true);
    setWrong(false);
    shell
      .call("kiosk.leave", { pin })
      .then(({ left, waitMs }) => {
        setPin("");
        setWrong(!left);
        setWaitUntil(performance.now() + waitMs);
      }, sayError)
      .finally(() => setTrying(false));
  };
  return (
    <form
      className={styles["form"]}
      onSubmit={(event) => {
        event.preventDefault();
        leave();
      }}
    >
      <p>{text("kiosk.staffWords")}</p>
      <TextField
        label={text("kiosk.pin")}
        type="password"
        inputMode="none"
        autoComplete="off"
        maxLength={64}
        value={pin}
        onChange={setPin}
      />
      {wrong && <Banner meaning="refused">{text("kiosk.wrong")}</Banner>}
      {waitSeconds > 0 && <p className={styles["wait"]}>{text("kiosk.wait", { seconds: waitSeconds })}</p>}
      <div className={styles["keys"]} role="group" aria-label={text("kiosk.keypad")}>
        {digits.map((digit) => (
          <Button key={digit} onClick={() => setPin(pin + digit)}>
            {digit}
          </Button>
        ))}
        <Button aria-label={text("kiosk.deleteDigit")} disabled={pin === ""} onClick={() => setPin(pin.slice(0, -1))}>
          <Delete aria-hidden="true" />
        </Button>
        <Button onClick={() => setPin(`${pin}0`)}>0</Button>
        <Button kind="primary" type="submit" disabled={pin === "" || blocked}>
          {text("kiosk.leave")}
        </Button>
      </div>
    </form>
  );
}

/** Whole seconds until a moment of `performance.now()`, counted down; 0 when it has passed. */
function useSecondsUntil(moment: number): number {
  const [now, setNow] = useState(() => performance.now());
  useEffect(() => {
    setNow(performance.now());
    const timer = setInterval(() => {
      setNow(performance.now());
      if (performance.now() >= moment) clearInterval(timer);
    }, 250);
    return () => clearInterval(timer);
  }, [moment]);
  return Math.max(0, Math.ceil((moment - now) / 1000));
}
