import type { Connection } from "../../bridge/connection.ts";
import { IndoorsError } from "../../../src/shared/errors.ts";
import type { hostContract } from "../../../src/shared/host-contract.ts";
import type { Result } from "../../../src/shared/contract.ts";

export type ImportOutcome = Result<typeof hostContract, "models.import">;

export interface ImportState {
  /** What is being imported: the path that was chosen. Null while nothing is. */
  readonly path: string | null;
  /** The file it is at, what is done with it, and how far that is. */
  readonly at: { readonly file: string; readonly phase: string; readonly share: number | null } | null;
  readonly outcome: ImportOutcome | null;
  readonly error: IndoorsError | null;
}

/** The import of models under way: one at a time. It goes on while other views are open. */
export interface ImportStore {
  state(): ImportState;
  onChange(listener: () => void): () => void;
  /** Imports a file, or every model in a folder. Nothing while an import is under way. */
  start(path: string): void;
  cancel(): void;
  /** Forgets the outcome of the last one. */
  dismiss(): void;
}

const idle: ImportState = { path: null, at: null, outcome: null, error: null };
const stores = new WeakMap<Connection, ImportStore>();

/** The one of this page. */
export function importStoreOf(connection: Connection): ImportStore {
  const known = stores.get(connection);
  if (known !== undefined) return known;
  const store = makeImportStore(connection);
  stores.set(connection, store);
  return store;
}

/** Exported for its test. */
export function makeImportStore(connection: Pick<Connection, "host" | "onHost">): ImportStore {
  const listeners = new Set<() => void>();
  let state = idle;
  let controller: AbortController | undefined;
  const set = (next: ImportState) => {
    state = next;
    for (const listener of [...listeners]) listener();
  };
  connection.onHost("models.progress", ({ name, phase, done, total }) => {
    if (state.path === null || phase === "reading") return;
    set({ ...state, at: { file: name, phase, share: total > 0 && phase !== "trying it out" ? done / total : null } });
  });
  return {
    state: () => state,
    onChange(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
    start(path) {
      if (state.path !== null) return;
      controller = new AbortController();
      set({ ...idle, path });
      connection
        .host()
        .call("models.import", { path, name: null, role: null }, { signal: controller.signal })
        .then(
          (outcome) => set({ ...idle, outcome }),
          (error: unknown) => {
            const known = error instanceof IndoorsError ? error : new IndoorsError("internal");
            set(known.code === "cancelled" ? idle : { ...idle, error: known });
          },
        );
    },
    cancel: () => controller?.abort(),
    dismiss() {
      if (state.path === null) set(idle);
    },
  };
}
