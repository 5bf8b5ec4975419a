import { useCallback, useState } from "react";
import type { hostContract } from "../../../src/shared/host-contract.ts";
import type { ParamsInput } from "../../../src/shared/contract.ts";
import { useSayError } from "../../app/toasts.tsx";
import { useCallHost } from "../../bridge/use-host.ts";

type Request = ParamsInput<typeof hostContract, "runs.start">;
interface Begun {
  readonly runId: string;
  readonly conversationId: string;
}

/** A question from the moment it was sent. `runId` is null until the host has taken it. */
interface Asking {
  readonly question: string;
  readonly conversationId: string | null;
  readonly runId: string | null;
}

/** Sends questions to the host, shows them at once, and stops what they began. Failures are said here. */
export function useAsking() {
  const callHost = useCallHost();
  const sayError = useSayError();
  const [asking, setAsking] = useState<Asking | null>(null);
  const [stopping, setStopping] = useState<string | null>(null);

  /** Null when it was not taken. */
  const send = useCallback(
    async (question: string, conversationId: string | null, call: () => Promise<Begun>): Promise<Begun | null> => {
      setAsking({ question, conversationId, runId: null });
      try {
        const begun = await call();
        setAsking({ question, ...begun });
        return begun;
      } catch (error) {
        setAsking(null);
        sayError(error);
        return null;
      }
    },
    [sayError],
  );
  const start = useCallback(
    (request: Request) => send(request.question, request.conversationId, () => callHost("runs.start", request)),
    [send, callHost],
  );
  const retry = useCallback(
    (runId: string, question: string, conversationId: string) =>
      send(question, conversationId, () => callHost("runs.retry", { id: runId })),
    [send, callHost],
  );
  const stop = useCallback(
    (runId: string) => {
      setStopping(runId);
      callHost("runs.cancel", { id: runId })
        .catch(sayError)
        .finally(() => setStopping((now) => (now === runId ? null : now)));
    },
    [callHost, sayError],
  );
  return { asking, stopping, start, retry, stop };
}
