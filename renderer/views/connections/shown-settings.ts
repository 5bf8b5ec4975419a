import { settingValues, type SettingValues } from "../../../src/shared/mcp.ts";

/** The values that are shown: of a sensitive one only that it is set is known, so its field stays empty. */
export function shownSettings(settings: Readonly<Record<string, unknown>>): SettingValues {
  return Object.fromEntries(
    Object.entries(settings).flatMap(([key, value]) => {
      const parsed = settingValues.safeParse({ [key]: value });
      return parsed.success ? Object.entries(parsed.data) : [];
    }),
  );
}
