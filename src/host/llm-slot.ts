import { totalmem } from "node:os";
import { cancellable } from "../agent/cancellable.ts";
import { IndoorsError, throwIfCancelled } from "../shared/errors.ts";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import type { AuditLog } from "./audit-log.ts";
import { audited } from "./audited.ts";
import { inGigabytes } from "./inspect-model-file.ts";
import { LlmEngine, type LlmEngineOptions } from "./llm-engine.ts";
import { modelLoadEntry } from "./model-load-entry.ts";
import type { ModelLibrary } from "./model-library.ts";

export interface LlmSlotOptions extends Pick<LlmEngineOptions, "nodePath" | "onLog" | "onNotice" | "stateFolder"> {
  readonly library: Pick<ModelLibrary, "ensureUnchanged">;
  readonly audit: AuditLog;
  readonly threadsFor: (model: InstalledModel, device: DeviceChoice) => Promise<number>;
  readonly contextTokens: number;
  /** Starts the process and loads the model. Default: `LlmEngine.open`. */
  readonly open?: (options: LlmEngineOptions) => Promise<LlmEngine>;
}

/** A loaded model that stays loaded until it is given back. */
export interface BorrowedModel {
  readonly model: LlmEngine;
  /** More than once is once. */
  giveBack(): void;
}

interface HeldModel {
  readonly key: string;
  readonly model: InstalledModel;
  readonly engine: Promise<LlmEngine>;
  borrowers: number;
}

/**
 * The place for the one loaded chat model: memory holds one. It may be lent to several at once; whoever asks for another
 * one waits until it is back, in the order of asking.
 */
export class LlmSlot {
  readonly #options: LlmSlotOptions;
  #held: HeldModel | undefined;
  #lastInLine: Promise<unknown> = Promise.resolve();
  #allBack: (() => void) | undefined;

  constructor(options: LlmSlotOptions) {
    this.#options = options;
  }

  /**
   * The engine with this model, loaded after its bytes were checked. When `signal` fires it rejects at once.
   * @throws IndoorsError `model.changed`, `model.missing`, `memory.too-small`, `engine.failed`, `audit.unwritable`, `cancelled`
   */
  async borrow(model: InstalledModel, device: DeviceChoice, signal: AbortSignal): Promise<BorrowedModel> {
    const turn = this.#lastInLine.then(() => this.#lend(model, device, signal));
    this.#lastInLine = turn.catch(() => {});
    try {
      return await cancellable(() => turn, signal);
    } catch (thrown) {
      // Whoever gave up while it was loaded will not give it back.
      turn.then(
        (borrowed) => borrowed.giveBack(),
        () => {},
      );
      throw thrown;
    }
  }

  /** Unloads a model, if it is loaded, so that its file can go. @throws IndoorsError `input.invalid` while it is lent */
  async free(model: InstalledModel): Promise<void> {
    if (this.#held?.model.path !== model.path) return;
    if (this.#held.borrowers > 0) {
      throw new IndoorsError(
        "input.invalid",
        `${model.name} was not unloaded: it is answering a question. Stop that, or wait for it.`,
      );
    }
    await this.dispose();
  }

  /** Unloads what is loaded, lent or not. */
  async dispose(): Promise<void> {
    const held = this.#held;
    this.#held = undefined;
    await held?.engine.then(
      (engine) => engine.dispose(),
      () => {},
    );
  }

  async #lend(model: InstalledModel, device: DeviceChoice, signal: AbortSignal): Promise<BorrowedModel> {
    throwIfCancelled(signal);
    await this.#options.library.ensureUnchanged(model, signal);
    if (model.bytes > totalmem()) {
      const [have, need] = [totalmem(), model.bytes].map(inGigabytes);
      throw new IndoorsError(
        "memory.too-small",
        `${model.name} was not loaded: it needs more than ${need} of memory, this machine has ${have}. Choose a smaller model.`,
        { haveBytes: totalmem(), needBytes: model.bytes },
      );
    }
    const held = await this.#holding(model, device, signal);
    held.borrowers += 1;
    const giveBack = () => {
      held.borrowers -= 1;
      if (held.borrowers === 0) this.#allBack?.();
    };
    try {
      return { model: await held.engine, giveBack: once(giveBack) };
    } catch (thrown) {
      giveBack();
      if (this.#held === held) this.#held = undefined;
      throw thrown;
    }
  }

  /** The slot with this model in it, loaded or loading. */
  async #holding(model: InstalledModel, device: DeviceChoice, signal: AbortSignal): Promise<HeldModel> {
    const key = `${model.sha256} ${device}`;
    if (this.#held?.key === key) return this.#held;
    if (this.#held !== undefined && this.#held.borrowers > 0) {
      this.#options.onNotice(
        `${model.name} is loaded when ${this.#held.model.name} has answered: this machine holds one model at a time.`,
      );
      const { promise, resolve } = Promise.withResolvers<void>();
      this.#allBack = resolve;
      await cancellable(() => promise, signal);
    }
    await this.dispose();
    throwIfCancelled(signal);
    this.#held = { key, model, engine: this.#load(model, device), borrowers: 0 };
    return this.#held;
  }

  async #load(model: InstalledModel, device: DeviceChoice): Promise<LlmEngine> {
    const { library: _library, audit, threadsFor, open = LlmEngine.open, ...rest } = this.#options;
    const threads = await threadsFor(model, device);
    const entry = modelLoadEntry(model, { engine: "llm", device, purpose: "use" });
    return await audited(audit, entry, () => open({ model, device, threads, ...rest }));
  }
}

function once(act: () => void): () => void {
  let done = false;
  return () => {
    if (done) return;
    done = true;
    act();
  };
}
