import { z } from "zod";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import type { Store } from "../store/open-store.ts";
import { getSetting, setSetting } from "../store/settings.ts";
import { describeCpu } from "./cpu.ts";

/** What was measured once of an engine with a model on this machine. */
export const engineFacts = z.strictObject({
  engineVersion: z.string(),
  device: z.string(),
  threads: z.int().positive(),
  notice: z.string().nullable(),
  /** Speed at each thread count: tokens per second, or seconds of audio per second. */
  speeds: z.array(z.strictObject({ threads: z.int(), speed: z.number() })),
  /** False for a speech model that knows English only. */
  multilingual: z.boolean(),
});
export type EngineFacts = z.infer<typeof engineFacts>;

export interface FactsKey {
  readonly engine: string;
  readonly model: InstalledModel;
  readonly device: DeviceChoice;
  readonly appVersion: string;
}

/**
 * The stored facts, or what `measure` finds, which is stored; with `fresh` it measures in any case. The key holds all that could change them: the program's
 * version, the model's bytes, the processor and its cores, and the device asked for.
 */
export class FactsBook {
  readonly #store: Store;
  readonly #measuring = new Map<string, Promise<EngineFacts>>();

  constructor(store: Store) {
    this.#store = store;
  }

  async get(key: FactsKey, measure: () => Promise<EngineFacts>, fresh = false): Promise<EngineFacts> {
    const text = settingKey(key);
    const stored = engineFacts.safeParse(getSetting(this.#store.reader, text));
    if (stored.success && !fresh) return stored.data;
    let measuring = this.#measuring.get(text);
    if (measuring === undefined) {
      measuring = measure().then((facts) => {
        setSetting(this.#store.writer, text, facts);
        return facts;
      });
      this.#measuring.set(text, measuring);
      measuring.finally(() => this.#measuring.delete(text)).catch(() => {});
    }
    return await measuring;
  }
}

function settingKey({ engine, model, device, appVersion }: FactsKey): string {
  const { name, cores } = describeCpu();
  return ["engine-facts", appVersion, engine, model.sha256, device, name, cores].join(" | ");
}
