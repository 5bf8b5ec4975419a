import { fromWireError, IndoorsError, isErrorCode } from "../shared/errors.ts";
import type { JobView } from "../shared/host-contract.ts";
import type { CommandContext, HostClient } from "./command.ts";

/**
 * Resolves when the job is done, telling of its progress on the way. Rejects with the job's own error when it fails.
 * When the user interrupts, the job is left as it is: it goes on at the next start.
 */
export async function waitForJob(
  host: HostClient,
  id: string,
  { signal }: Pick<CommandContext, "signal">,
  onProgress: (view: JobView) => void,
): Promise<void> {
  await new Promise<void>((resolve, reject) => {
    const look = (view: JobView) => {
      if (view.job.id !== id) return;
      onProgress(view);
      switch (view.job.status) {
        case "done":
          return finish(resolve);
        case "failed": {
          const { code, message } = view.job.error ?? { code: "internal", message: "The job failed." };
          return finish(() => reject(fromWireError({ code: isErrorCode(code) ? code : "internal", message })));
        }
        case "cancelled":
        case "paused":
          return finish(() => reject(new IndoorsError("cancelled", `The job was ${view.job.status}.`)));
        default:
      }
    };
    const stop = host.on("job.changed", look);
    const onAbort = () =>
      finish(() =>
        reject(new IndoorsError("cancelled", "Interrupted. What is done is kept; it goes on at the next start.")),
      );
    const finish = (settle: () => void) => {
      stop();
      signal.removeEventListener("abort", onAbort);
      settle();
    };
    signal.addEventListener("abort", onAbort, { once: true });
    host.call("jobs.get", { id }).then(look, (error: unknown) => finish(() => reject(error)));
  });
}
