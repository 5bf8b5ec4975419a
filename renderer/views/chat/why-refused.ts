import type { CallPart } from "./run-parts.ts";
import { serverToolOf } from "./server-tool.ts";

/** Why a call was refused that no person refused, and where that can be changed. */
export interface Refusal {
  /** The host's words. */
  readonly reason: string;
  /** The rule of the policy that decided, counted from 1; null: none did. */
  readonly rule: number | null;
  /** The server whose tool has to be looked at first; null: it is a matter of the policy. */
  readonly server: string | null;
}

/** @returns null when the call was not refused, or when a person said no. */
export function whyRefused({ call, decisions, result }: CallPart): Refusal | null {
  const denied = decisions.find(({ decision }) => decision === "deny");
  const server = serverToolOf(call.tool)?.server ?? null;
  if (denied !== undefined) {
    if (denied.by !== undefined) return null;
    const { reason, rule = null, verdict } = denied;
    // Refused before the policy was asked: the tool is not approved, or another one now.
    return { reason, rule: rule === null ? null : rule + 1, server: verdict === undefined ? server : null };
  }
  if (result === undefined || result.outcome.ok) return null;
  const { code, text } = result.outcome;
  if (code === "server.refused") return { reason: text, rule: null, server };
  return code === "tool.denied" || code === "perimeter.refused" ? { reason: text, rule: null, server: null } : null;
}
