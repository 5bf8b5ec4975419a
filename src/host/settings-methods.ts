import type { Implementation } from "../shared/contract.ts";
import type { hostContract } from "../shared/host-contract.ts";
import { defaultPreferences, type Preferences, preferences } from "../shared/preferences.ts";
import type { Store } from "../store/open-store.ts";
import { getSetting, setSetting } from "../store/settings.ts";
import { person } from "./audit.ts";
import type { AuditLog } from "./audit-log.ts";
import { audited } from "./audited.ts";

type SettingsMethod = Extract<keyof typeof hostContract.methods, `settings.${string}`>;

/** The one row of the settings that holds them. */
const key = "preferences";

/** The part of the host's contract that is about how a person wants the desktop. */
export function settingsMethods(
  store: Store,
  audit: AuditLog,
  onChanged: (now: Preferences) => void,
): Pick<Implementation<typeof hostContract>, SettingsMethod> {
  return {
    "settings.get": () => readPreferences(getSetting(store.reader, key)),
    "settings.set": async (asked) => {
      const before = readPreferences(getSetting(store.reader, key));
      const changed = Object.entries(asked).filter(
        ([field, value]) => value !== undefined && value !== before[field as keyof Preferences],
      );
      if (changed.length === 0) return before;
      const values = Object.fromEntries(changed);
      const facts = { fields: changed.map(([field]) => field).join(",") };
      const content = { values: JSON.stringify(values) };
      return await audited(
        audit,
        { action: "settings.change", actor: person(), runId: null, subject: key, facts, content },
        async () => {
          // Read again: another window may have changed another field meanwhile.
          const now = readPreferences({ ...readPreferences(getSetting(store.reader, key)), ...values });
          setSetting(store.writer, key, now);
          onChanged(now);
          return now;
        },
      );
    },
  };
}

/** Preferences from what is stored; a field that is missing or has no sense any more gets its default. */
export function readPreferences(stored: unknown): Preferences {
  const given = typeof stored === "object" && stored !== null ? (stored as Record<string, unknown>) : {};
  const fields = Object.entries(preferences.shape).map(([field, schema]) => {
    const parsed = schema.safeParse(given[field]);
    return [field, parsed.success ? parsed.data : defaultPreferences[field as keyof Preferences]];
  });
  return Object.fromEntries(fields) as Preferences;
}
