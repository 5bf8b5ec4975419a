import type { Implementation } from "../shared/contract.ts";
import type { hostContract } from "../shared/host-contract.ts";
import { saveModel } from "../store/models.ts";
import type { Store } from "../store/open-store.ts";
import type { AppFiles } from "./app-files.ts";
import { person } from "./audit.ts";
import type { AuditLog } from "./audit-log.ts";
import { audited } from "./audited.ts";
import type { DataFolder } from "./data-folder.ts";
import { importModels } from "./import-models.ts";
import { inspectGgufWith } from "./inspect-gguf.ts";
import type { LlmSlot } from "./llm-slot.ts";
import type { ModelLibrary } from "./model-library.ts";
import { smokeTest } from "./smoke-test.ts";

type ModelMethod = Extract<keyof typeof hostContract.methods, `models.${string}`>;

export interface ModelMethodsOptions {
  readonly files: AppFiles;
  readonly data: DataFolder;
  readonly store: Store;
  readonly library: ModelLibrary;
  readonly slot: Pick<LlmSlot, "free">;
  readonly audit: AuditLog;
  /** Tokens that an imported model is to hold in view. */
  readonly contextTokens: number;
  readonly onProgress: (progress: { name: string; phase: string; done: number; total: number }) => void;
  /** Models came or went, or another state of one was found. */
  readonly onChanged: () => void;
  readonly onLog: (line: string) => void;
}

/** The part of the host's contract that is about models. */
export function modelMethods(options: ModelMethodsOptions): Pick<Implementation<typeof hostContract>, ModelMethod> {
  const { library, slot, audit, onChanged } = options;
  const onProgress = throttled(options.onProgress);
  return {
    "models.list": async () => ({ models: await library.list() }),
    "models.verify": async ({ name }, signal) => {
      const models = await library.verify(
        name,
        (model, done) => onProgress({ name: model.name, phase: "reading", done, total: model.bytes }),
        signal,
      );
      onChanged();
      return { models };
    },
    "models.import": async (request, signal) => {
      const subject = request.name ?? "models";
      const content = { path: request.path };
      const result = await audited(
        audit,
        { action: "model.import", actor: person(), runId: null, subject, facts: {}, content },
        () => importFrom(request, options, onProgress, signal),
        ({ imported, refused }) => ({
          imported: imported.map((model) => `${model.name} ${model.sha256}`).join(", "),
          refused: refused.length,
        }),
      );
      if (result.imported.length > 0) onChanged();
      return result;
    },
    "models.remove": async ({ name }) => {
      await slot.free(library.named(name));
      const freedBytes = await audited(
        audit,
        { action: "model.remove", actor: person(), runId: null, subject: name, facts: {}, content: {} },
        () => library.remove(name),
      );
      onChanged();
      return { freedBytes };
    },
  };
}

async function importFrom(
  request: Parameters<typeof importModels>[0],
  { files, data, store, library, contextTokens, onLog }: ModelMethodsOptions,
  onProgress: ModelMethodsOptions["onProgress"],
  signal: AbortSignal,
) {
  const { nodePath, enginesFolder, manifest } = files;
  return await importModels(
    request,
    {
      modelsFolder: data.models,
      manifest,
      installed: () => library.all(),
      inspectGguf: inspectGgufWith({ nodePath, contextTokens, onLog, signal }),
      smokeTest: (model, smokeSignal) =>
        smokeTest(model, { nodePath, enginesFolder, workFolder: data.work, onLog }, smokeSignal),
      record: (model) => saveModel(store.writer, model),
      onProgress: (name, phase, done, total) => onProgress({ name, phase, done, total }),
    },
    signal,
  );
}

/** At most ten calls a second: progress is for eyes. */
function throttled<T>(tell: (progress: T) => void): (progress: T) => void {
  let toldAt = 0;
  return (progress) => {
    if (performance.now() - toldAt < 100) return;
    toldAt = performance.now();
    tell(progress);
  };
}
