import { useEffect } from "react";
import { useConnection } from "../../bridge/use-host.ts";

/** Somebody who moves is told of at most this often, in milliseconds. */
const everyMs = 1000;
const signs = ["pointerdown", "pointermove", "keydown", "wheel"] as const;

/** Tells the shell that somebody is there, whenever they do something. */
export function useTouch(): void {
  const { shell } = useConnection();
  useEffect(() => {
    let last = -Infinity;
    const touched = () => {
      const now = performance.now();
      if (now - last < everyMs) return;
      last = now;
      shell.call("kiosk.touch", {}).catch(() => {});
    };
    for (const sign of signs) window.addEventListener(sign, touched, { capture: true, passive: true });
    return () => {
      for (const sign of signs) window.removeEventListener(sign, touched, { capture: true });
    };
  }, [shell]);
}
