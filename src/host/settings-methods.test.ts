import { expect, it } from "vitest";
import { defaultPreferences, type Preferences } from "../shared/preferences.ts";
import { setSetting } from "../store/settings.ts";
import { freshStore } from "../store/testing/fresh-store.ts";
import { readPreferences, settingsMethods } from "./settings-methods.ts";
import { MemoryAudit } from "./testing/memory-audit.ts";

function start() {
  const store = freshStore();
  const audit = new MemoryAudit();
  const told: Preferences[] = [];
  const methods = settingsMethods(store, audit, (now) => told.push(now));
  const { signal } = new AbortController();
  return {
    ...{ store, audit, told },
    get: () => methods["settings.get"]({}, signal),
    set: (change: Partial<Preferences>) => methods["settings.set"](change, signal),
  };
}

it("are the defaults at first, and what was set after that; everyone is told", async () => {
  const settings = start();
  expect(await settings.get()).toEqual(defaultPreferences);
  const now = { ...defaultPreferences, theme: "dark", microphone: "Desk" };
  expect(await settings.set({ theme: "dark", microphone: "Desk" })).toEqual(now);
  expect(await settings.get()).toEqual(now);
  expect(settings.told).toEqual([now]);
});

it("are recorded by the names of their fields, before they hold", async () => {
  const settings = start();
  await settings.set({ theme: "system", scale: 1.5, microphone: "Anna's headset" });
  expect(settings.audit.story).toEqual(["intent settings.change", "outcome settings.change ok"]);
  expect(settings.audit.rows[0]).toMatchObject({ facts: { fields: "scale,microphone" } });
  expect(JSON.stringify(settings.audit.rows[0]?.facts)).not.toContain("Anna");
  settings.audit.failAt = 2;
  await expect(settings.set({ scale: 2 })).rejects.toMatchObject({ code: "audit.unwritable" });
  expect((await settings.get()).scale).toBe(1.5);
});

it("change nothing and record nothing when nothing is new", async () => {
  const settings = start();
  expect(await settings.set({ theme: "system" })).toEqual(defaultPreferences);
  expect(settings.audit.rows).toEqual([]);
  expect(settings.told).toEqual([]);
});

it("two changes at once both hold", async () => {
  const settings = start();
  await Promise.all([settings.set({ theme: "dark" }), settings.set({ scale: 2 })]);
  expect(await settings.get()).toMatchObject({ theme: "dark", scale: 2 });
});

it.each([
  ["nothing", undefined, {}],
  ["no object", "dark", {}],
  ["a value from another version", { theme: "sepia", scale: 1.5 }, { scale: 1.5 }],
  ["a field that is none", { colour: "red", welcomed: true }, { welcomed: true }],
  ["a scale out of bounds", { scale: 40, language: "de" }, { language: "de" }],
])("stored as %s: each field that has no sense gets its default", async (_what, stored, kept) => {
  expect(readPreferences(stored)).toEqual({ ...defaultPreferences, ...kept });
  const settings = start();
  setSetting(settings.store.writer, "preferences", stored);
  expect(await settings.get()).toEqual({ ...defaultPreferences, ...kept });
});
