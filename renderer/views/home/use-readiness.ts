import { useCallback, useState } from "react";
import type { IndoorsError } from "../../../src/shared/errors.ts";
import type { Readiness } from "../../../src/shared/host-contract.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useCallHost, useHost, useHostEvent } from "../../bridge/use-host.ts";

export interface ReadinessState {
  readonly data: Readiness | undefined;
  readonly error: IndoorsError | undefined;
  /** True while engines are tried; what was known before is there meanwhile. */
  readonly measuring: boolean;
  readonly reload: () => void;
  readonly measureAgain: () => void;
}

/** What works on this machine: at once without rates, then with them, measured where that was never done. */
export function useReadiness(): ReadinessState {
  const call = useCallHost();
  const sayError = useSayError();
  const quick = useHost("readiness.report", { measure: "none" });
  const measured = useHost("readiness.report", quick.data === undefined ? null : { measure: "once" });
  const [fresh, setFresh] = useState<Readiness>();
  const [asking, setAsking] = useState(false);
  const reload = useCallback(() => {
    setFresh(undefined);
    quick.reload();
    measured.reload();
  }, [quick.reload, measured.reload]);
  useHostEvent("list.changed", ({ what }) => {
    if (what === "models") reload();
  });
  const measureAgain = useCallback(() => {
    setAsking(true);
    call("readiness.report", { measure: "fresh" })
      .then(setFresh, sayError)
      .finally(() => setAsking(false));
  }, [call, sayError]);
  return {
    data: fresh ?? measured.data ?? quick.data,
    // The rates alone may fail: then the rest is there all the same.
    error: quick.error,
    measuring: asking || measured.loading,
    reload,
    measureAgain,
  };
}
