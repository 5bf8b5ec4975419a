import type { Implementation } from "../shared/contract.ts";
import type { hostContract } from "../shared/host-contract.ts";
import type { JobQueue } from "./job-queue.ts";

type JobMethod = Extract<keyof typeof hostContract.methods, `jobs.${string}`>;

/** The part of the host's contract that is about long work. */
export function jobQueueMethods(queue: JobQueue): Pick<Implementation<typeof hostContract>, JobMethod> {
  return {
    "jobs.list": () => ({ jobs: queue.list() }),
    "jobs.get": ({ id }) => queue.view(id),
    "jobs.pause": ({ id }) => queue.pause(id),
    "jobs.resume": ({ id }) => queue.resume(id),
    "jobs.cancel": ({ id }) => queue.cancel(id),
    "jobs.retry": ({ id }) => queue.retry(id),
    "jobs.move": ({ id, before }) => {
      queue.move(id, before);
      return {};
    },
    "jobs.forget": async ({ id }) => {
      await queue.forget(id);
      return {};
    },
  };
}
