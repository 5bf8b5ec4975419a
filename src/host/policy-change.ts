import type { AuditEntry } from "../shared/audit.ts";
import { messageOf } from "../shared/errors.ts";
import { person } from "./audit.ts";
import type { AuditLog } from "./audit-log.ts";
import { audited } from "./audited.ts";
import type { PolicyFile } from "./policy-file.ts";
import { takeAllowsOfServer } from "./policy-rules.ts";

/**
 * Changes the policy for a person: recorded before it holds, with how many rules there were and are.
 * @throws IndoorsError `audit.unwritable`, `policy.invalid`
 */
export async function changePolicy(
  { policy, audit }: { readonly policy: Pick<PolicyFile, "change">; readonly audit: AuditLog },
  { facts, content }: Pick<AuditEntry, "facts" | "content">,
  edit: Parameters<PolicyFile["change"]>[0],
): Promise<void> {
  await audited(
    audit,
    { action: "policy.change", actor: person(), runId: null, subject: "policy.json", facts, content },
    () => policy.change(edit),
    ({ before, after }) => ({
      ...{ rulesBefore: before.rules.length, rulesAfter: after.rules.length },
      ...{ minimumLevelBefore: before.minimumLevel, minimumLevelAfter: after.minimumLevel },
    }),
  );
}

/** Takes away what the policy allowed a server that is gone. What cannot be taken is said: it is gone all the same. */
export async function forgetAllows(
  server: string,
  here: {
    readonly policy: Pick<PolicyFile, "read" | "change">;
    readonly audit: AuditLog;
    readonly onNotice: (sentence: string) => void;
  },
): Promise<void> {
  try {
    const before = await here.policy.read();
    if (takeAllowsOfServer(before, server) === before) return;
    const facts = { server, removed: true };
    await changePolicy(here, { facts, content: {} }, (now) => takeAllowsOfServer(now, server));
  } catch (error) {
    here.onNotice(`The policy may still have rules about the server ${server}, which is gone. ${messageOf(error)}`);
  }
}
