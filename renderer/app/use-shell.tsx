import { createContext, type ReactNode, useContext, useEffect, useState } from "react";
import type { ShellState } from "../../src/shared/shell-contract.ts";
import { useConnection } from "../bridge/use-host.ts";

const ShellContext = createContext<ShellState | null>(null);

/** Knows the program around the page. Shows nothing until that is known: a few milliseconds. */
export function ShellProvider({ children }: { readonly children: ReactNode }) {
  const connection = useConnection();
  const [state, setState] = useState<ShellState>();
  useEffect(() => {
    let here = true;
    connection.shell.call("shell.state", {}).then(
      (found) => {
        if (!here) return;
        if (found.kiosk !== null) document.documentElement.dataset["kiosk"] = "";
        setState(found);
      },
      () => {},
    );
    return () => {
      here = false;
    };
  }, [connection]);
  return state === undefined ? null : <ShellContext value={state}>{children}</ShellContext>;
}

/** The program around the page. */
export function useShell(): ShellState {
  const state = useContext(ShellContext);
  if (state === null) throw new Error("there is no ShellProvider above this component");
  return state;
}
