import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import type { AuditLog } from "./audit-log.ts";
import { audited } from "./audited.ts";
import { inGigabytes } from "./inspect-model-file.ts";
import { LlmEngine, type LlmEngineOptions } from "./llm-engine.ts";
import { modelLoadEntry } from "./model-load-entry.ts";
import type { ModelLibrary } from "./model-library.ts";
import { IndoorsError } from "../shared/errors.ts";
import { totalmem } from "node:os";

export interface LlmSlotOptions extends Pick<LlmEngineOptions, "nodePath" | "onLog" | "onNotice" | "stateFolder"> {
  readonly library: ModelLibrary;
  readonly audit: AuditLog;
  readonly threadsFor: (model: InstalledModel, device: DeviceChoice) => Promise<number>;
  readonly contextTokens: number;
}

/** The place for the one loaded chat model. Memory holds one; asking for another unloads it first. */
export class LlmSlot {
  readonly #options: LlmSlotOptions;
  #held: { readonly key: string; readonly engine: Promise<LlmEngine> } | undefined;

  constructor(options: LlmSlotOptions) {
    this.#options = options;
  }

  /**
   * The engine with this model, loaded after its bytes were checked.
   * @throws IndoorsError `model.changed`, `model.missing`, `memory.too-small`, `engine.failed`, `audit.unwritable`
   */
  async get(model: InstalledModel, device: DeviceChoice): Promise<LlmEngine> {
    const { library, audit, threadsFor, ...rest } = this.#options;
    await library.ensureUnchanged(model);
    if (model.bytes > totalmem()) {
      const [have, need] = [totalmem(), model.bytes].map(inGigabytes);
      throw new IndoorsError(
        "memory.too-small",
        `${model.name} was not loaded: it needs more than ${need} of memory, this machine has ${have}. Choose a smaller model.`,
        { haveBytes: totalmem(), needBytes: model.bytes },
      );
    }
    const key = `${model.sha256} ${device}`;
    if (this.#held?.key === key) return await this.#held.engine;
    await this.dispose();
    const engine = threadsFor(model, device).then((threads) =>
      audited(audit, modelLoadEntry(model, { engine: "llm", device, purpose: "use" }), () =>
        LlmEngine.open({ model, device, threads, ...rest }),
      ),
    );
    this.#held = { key, engine };
    engine.catch(() => {
      if (this.#held?.engine === engine) this.#held = undefined;
    });
    return await engine;
  }

  async dispose(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await held?.engine.then(
      (engine) => engine.dispose(),
      () => {},
    );
  }
}
