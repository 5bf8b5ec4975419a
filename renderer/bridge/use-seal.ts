import { useHost, useHostEvent } from "./use-host.ts";

/** Whether anything can leave this machine, looked at again whenever something is opened or closed. */
export function useSeal() {
  const seal = useHost("seal.get", {});
  useHostEvent("list.changed", ({ what }) => {
    if (what === "perimeter" || what === "policy" || what === "servers") seal.reload();
  });
  return seal;
}
