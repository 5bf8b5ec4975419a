import { useEffect } from "react";
import { useConnection } from "../bridge/use-host.ts";
import { navigate } from "./route.ts";

/** Files given to the program from outside go where recordings are added. */
export function OpenedFiles() {
  const connection = useConnection();
  useEffect(
    () =>
      connection.shell.on("files.opened", ({ paths }) => {
        navigate({ view: "recordings", at: { add: JSON.stringify(paths) } });
      }),
    [connection],
  );
  return null;
}
