import { rm, stat } from "node:fs/promises";
import type { Stats } from "node:fs";
import { join } from "node:path";
import { IndoorsError } from "../shared/errors.ts";
import type { ModelStatus } from "../shared/host-contract.ts";
import type { InstalledModel, ManifestModel, ModelRole } from "../shared/model.ts";
import type { AppFiles } from "./app-files.ts";
import { listModels, removeModel } from "../store/models.ts";
import type { Store } from "../store/open-store.ts";
import { forgetHash, knownHash, rememberHash } from "../store/verified-files.ts";
import { sha256File } from "./sha256-file.ts";

/** Preferred default per role, best first. */
const preferred: Readonly<Partial<Record<ModelRole, readonly string[]>>> = { speech: ["base.en", "tiny"] };

/** The models on this machine: those of the manifest and those imported. */
export class ModelLibrary {
  readonly #files: AppFiles;
  readonly #store: Store;

  constructor(files: AppFiles, store: Store) {
    this.#files = files;
    this.#store = store;
  }

  all(): readonly InstalledModel[] {
    return [...this.#files.manifest.map((model) => this.#default(model)), ...listModels(this.#store.reader)];
  }

  /** Every model with its state as far as it is known without reading it whole. */
  async list(): Promise<ModelStatus[]> {
    return await Promise.all(this.all().map((model) => this.#look(model)));
  }

  /**
   * Reads every byte of the named model, or of all.
   * @throws IndoorsError `not-found`
   */
  async verify(
    name: string | null,
    onProgress: (model: InstalledModel, done: number) => void,
    signal: AbortSignal,
  ): Promise<ModelStatus[]> {
    const chosen = name === null ? this.all() : [this.named(name)];
    const statuses: ModelStatus[] = [];
    for (const model of chosen) {
      const found = await stat(model.path).catch(() => null);
      if (found === null) {
        statuses.push({ model, state: "missing" });
        continue;
      }
      const sha256 = await sha256File(model.path, { signal, onProgress: (done) => onProgress(model, done) });
      rememberHash(this.#store.writer, fileState(model.path, found), sha256);
      statuses.push({ model, state: sha256 === model.sha256 ? "present" : "changed" });
    }
    return statuses;
  }

  /** @throws IndoorsError `not-found`, naming what there is. */
  named(name: string): InstalledModel {
    const all = this.all();
    const model = all.find((one) => one.name === name);
    if (model === undefined) {
      const names = all.map((one) => one.name).join(", ");
      throw new IndoorsError("model.missing", `There is no model '${name}'. There are: ${names}.`);
    }
    return model;
  }

  /**
   * The model to use for a role: the named one; else an imported one before a default one, since whoever imports a
   * model means to use it.
   * @throws IndoorsError `model.missing`, `input.invalid` when the named one is for something else.
   */
  async choose(role: ModelRole, name: string | null): Promise<InstalledModel> {
    if (name !== null) {
      const model = this.named(name);
      if (model.role === role) return model;
      throw new IndoorsError("input.invalid", `The model '${name}' is for ${model.role}, not for ${role}.`);
    }
    const order = preferred[role] ?? [];
    const rank = (model: InstalledModel) => (model.origin === "imported" ? -1 : order.indexOf(model.name) >>> 0);
    const candidates = this.all().filter((model) => model.role === role);
    for (const model of candidates.toSorted((a, b) => rank(a) - rank(b))) {
      if ((await this.#look(model)).state !== "missing") return model;
    }
    throw new IndoorsError(
      "model.missing",
      `There is no ${role} model on this machine. Import one with \`models import FILE\`, or run \`models fetch\` while setting up.`,
    );
  }

  /**
   * To be called before every load: the file is there and its bytes are those of the day it came.
   * @throws IndoorsError `model.missing`, `model.changed`
   */
  async ensureUnchanged(model: InstalledModel, signal?: AbortSignal): Promise<void> {
    const found = await stat(model.path).catch(() => null);
    if (found === null) {
      throw new IndoorsError(
        "model.missing",
        `The model ${model.name} is not here: ${model.path}. Fetch or import it again.`,
      );
    }
    let sha256 = knownHash(this.#store.reader, fileState(model.path, found));
    if (sha256 === undefined) {
      sha256 = await sha256File(model.path, { signal });
      rememberHash(this.#store.writer, fileState(model.path, found), sha256);
    }
    if (sha256 !== model.sha256) {
      throw new IndoorsError(
        "model.changed",
        `The model ${model.name} was not loaded: ${model.path} has changed since it was brought here. ` +
          `Its sha256 is ${sha256}, expected ${model.sha256}. Remove it and fetch or import it again.`,
        { expected: model.sha256, actual: sha256 },
      );
    }
  }

  /**
   * Takes an imported model away. Default models belong to the installation and stay.
   * @throws IndoorsError `model.missing`, `input.invalid`
   */
  async remove(name: string): Promise<number> {
    const model = this.named(name);
    if (model.origin === "default") {
      throw new IndoorsError(
        "input.invalid",
        `${name} belongs to the installation and is not removed. Delete ${model.path} to free its space.`,
      );
    }
    await rm(model.path, { force: true });
    removeModel(this.#store.writer, name);
    forgetHash(this.#store.writer, model.path);
    return model.bytes;
  }

  #default(model: ManifestModel): InstalledModel {
    const { file, sources: _sources, ...rest } = model;
    return { ...rest, path: join(this.#files.modelsFolder, file), origin: "default" };
  }

  async #look(model: InstalledModel): Promise<ModelStatus> {
    const found = await stat(model.path).catch(() => null);
    if (found === null) return { model, state: "missing" };
    const sha256 = knownHash(this.#store.reader, fileState(model.path, found));
    if (sha256 === undefined) return { model, state: found.size === model.bytes ? "unverified" : "changed" };
    return { model, state: sha256 === model.sha256 ? "present" : "changed" };
  }
}

function fileState(path: string, { size, mtimeMs }: Stats) {
  return { path, bytes: size, mtimeMs };
}
