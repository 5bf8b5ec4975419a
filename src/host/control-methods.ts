import type { Implementation } from "../shared/contract.ts";
import type { controlContract } from "../shared/desktop-contract.ts";
import { person } from "./audit.ts";
import type { Host } from "./host.ts";
import { playablePath } from "./recording-methods.ts";

/**
 * What the host offers the shell. A call that comes before the host is open waits for it.
 * @param stop Ends the process after the answer.
 */
export function controlMethods(
  opening: Promise<Host>,
  stop: () => Promise<void>,
): Implementation<typeof controlContract> {
  return {
    "media.path": async ({ recordingId }) => ({ path: await playablePath((await opening).store, recordingId) }),
    "capture.file": async ({ id }) => (await opening).captures.file(id),
    "captures.recover": async ({ active }) => ({ recovered: await (await opening).captures.recover(active) }),
    "audit.note": async (note) => {
      await (await opening).audit.event({ ...note, actor: person(), runId: null });
      return {};
    },
    stop: async () => {
      await stop();
      return {};
    },
  };
}
