import type { ApprovalRequest } from "../../../src/shared/approval.ts";
import { useHost, useHostEvent, useHostState } from "../../bridge/use-host.ts";

const none: readonly ApprovalRequest[] = [];

/** The questions that wait for a person now, oldest first. None while the host is away: they go with it. */
export function useApprovals(): readonly ApprovalRequest[] {
  const { state } = useHostState();
  const { data, put } = useHost("approvals.list", {});
  useHostEvent("approval.requested", (request) =>
    put(({ approvals }) => ({ approvals: [...approvals.filter(({ id }) => id !== request.id), request] })),
  );
  useHostEvent("approval.closed", ({ id }) =>
    put(({ approvals }) => ({ approvals: approvals.filter((one) => one.id !== id) })),
  );
  return state === "running" && data !== undefined ? data.approvals : none;
}
