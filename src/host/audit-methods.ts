import type { Implementation } from "../shared/contract.ts";
import type { hostContract } from "../shared/host-contract.ts";
import type { Audit } from "./audit.ts";

type AuditMethod = Extract<keyof typeof hostContract.methods, `audit.${string}`>;

/** The part of the host's contract that is about the audit log. */
export function auditMethods(audit: Audit): Pick<Implementation<typeof hostContract>, AuditMethod> {
  return {
    "audit.list": async (query) => ({ rows: await audit.list(query) }),
    "audit.verify": (against, signal) => audit.verify(against, signal),
    "audit.export": async ({ file, format }, signal) => ({ rows: await audit.exportTo(file, format, signal) }),
    "audit.anchor": ({ file }) => audit.anchor(file),
    "audit.setAnchorFile": async ({ file }) => {
      await audit.setAnchorFile(file);
      return {};
    },
    "audit.eraseContent": async ({ rows }) => ({ erased: await audit.eraseContent(rows) }),
  };
}
