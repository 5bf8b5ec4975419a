import type { ElicitationRequest } from "../../../src/shared/mcp.ts";
import { useHost, useHostEvent, useHostState } from "../../bridge/use-host.ts";

const none: readonly ElicitationRequest[] = [];

/** The forms that wait for a person now, oldest first. None while the host is away: they go with it. */
export function useElicitations(): readonly ElicitationRequest[] {
  const { state } = useHostState();
  const { data, put } = useHost("elicitations.list", {});
  useHostEvent("elicitation.requested", (request) =>
    put(({ elicitations }) => ({ elicitations: [...elicitations.filter(({ id }) => id !== request.id), request] })),
  );
  useHostEvent("elicitation.closed", ({ id }) =>
    put(({ elicitations }) => ({ elicitations: elicitations.filter((one) => one.id !== id) })),
  );
  return state === "running" && data !== undefined ? data.elicitations : none;
}
