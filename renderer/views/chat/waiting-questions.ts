import type { ApprovalRequest } from "../../../src/shared/approval.ts";
import type { ElicitationRequest } from "../../../src/shared/mcp.ts";

/** A question to a person: may it, or a form. */
export type WaitingQuestion =
  | { readonly kind: "approval"; readonly request: ApprovalRequest }
  | { readonly kind: "form"; readonly request: ElicitationRequest };

/** All that waits for a person, in the order in which it was asked. */
export function waitingQuestions(
  approvals: readonly ApprovalRequest[],
  forms: readonly ElicitationRequest[],
): readonly WaitingQuestion[] {
  return [
    ...approvals.map((request) => ({ kind: "approval" as const, request })),
    ...forms.map((request) => ({ kind: "form" as const, request })),
  ].sort((one, other) => one.request.askedAt.localeCompare(other.request.askedAt));
}
