import { useCallback, useRef, useState } from "react";
import type { ModelStatus } from "../../../src/shared/host-contract.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useCallHost, useHostEvent } from "../../bridge/use-host.ts";

export interface VerifyState {
  /** What is read: one model by name, or all; null while nothing is. */
  readonly of: string | "all" | null;
  /** The model at which it is, and how far, from 0 to 1. */
  readonly at: { readonly name: string; readonly share: number } | null;
  readonly start: (name: string | null) => void;
  readonly cancel: () => void;
}

/** Reads every byte of models, one check at a time. `onDone` is told what was found. */
export function useVerify(onDone: (models: readonly ModelStatus[]) => void): VerifyState {
  const call = useCallHost();
  const sayError = useSayError();
  const [of, setOf] = useState<string | null>(null);
  const [at, setAt] = useState<VerifyState["at"]>(null);
  const controller = useRef<AbortController>(null);
  useHostEvent("models.progress", ({ name, phase, done, total }) => {
    if (phase === "reading") setAt({ name, share: total > 0 ? done / total : 0 });
  });
  const start = useCallback(
    (name: string | null) => {
      controller.current?.abort();
      const mine = new AbortController();
      controller.current = mine;
      setOf(name ?? "all");
      setAt(null);
      call("models.verify", { name }, mine.signal)
        .then(({ models }) => onDone(models), sayError)
        .finally(() => {
          if (controller.current !== mine) return;
          setOf(null);
          setAt(null);
        });
    },
    [call, sayError, onDone],
  );
  const cancel = useCallback(() => controller.current?.abort(), []);
  return { of, at: of === null ? null : at, start, cancel };
}
