import type { AuditEntry } from "../shared/audit.ts";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";

/** The audit row of a model that is loaded. `purpose`: to be used, or to be measured. */
export function modelLoadEntry(
  model: InstalledModel,
  facts: { readonly engine: string; readonly device: DeviceChoice; readonly purpose: "use" | "measure" },
): AuditEntry {
  return {
    action: "model.load",
    actor: { kind: "system", name: "indoors" },
    runId: null,
    subject: model.name,
    facts: { ...facts, sha256: model.sha256 },
    content: {},
  };
}
