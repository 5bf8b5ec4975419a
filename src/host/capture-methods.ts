import type { Implementation } from "../shared/contract.ts";
import type { hostContract } from "../shared/host-contract.ts";
import type { Captures } from "./captures.ts";

type CaptureMethod = Extract<keyof typeof hostContract.methods, `captures.${string}`>;

/** The part of the host's contract that is about recordings from the microphone. */
export function captureMethods(captures: Captures): Pick<Implementation<typeof hostContract>, CaptureMethod> {
  return {
    "captures.start": (request) => captures.start(request),
    "captures.list": async () => ({ captures: await captures.list() }),
    "captures.finish": ({ id, transcribe }) => captures.finish(id, transcribe),
    "captures.discard": async ({ id }) => {
      await captures.discard(id);
      return {};
    },
  };
}
