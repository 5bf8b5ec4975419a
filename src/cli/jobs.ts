import { type Command, type CommandContext, UsageError } from "./command.ts";
import type { JobView } from "../shared/host-contract.ts";
import { exitCodes } from "./exit-codes.ts";
import { bar } from "./terminal.ts";
import { waitForJob } from "./wait-for-job.ts";
import { durationInWords } from "./words.ts";

/** `indoors jobs`: long work that was interrupted is still here. */
export const jobs: Command = {
  summary: "list, resume and cancel long work",
  usage: "jobs list | resume [ID] | cancel ID [--json]",
  options: {},
  async run(context) {
    const [action, id] = context.positionals;
    const host = await context.host();
    const { jobs: all } = await host.call("jobs.list", {});
    const { terminal } = context;
    switch (action) {
      case "list":
        for (const view of all) terminal.print(describe(view));
        terminal.document({ jobs: all });
        return exitCodes.ok;
      case "resume": {
        const chosen = all.filter(({ job }) => (id === undefined ? job.status === "paused" : job.id === id));
        for (const { job } of chosen) await host.call("jobs.resume", { id: job.id });
        let failed = 0;
        for (const { job, title } of chosen) {
          await waitForJob(host, job.id, context, (view) => showProgress(view, context)).catch((error: Error) => {
            if (context.signal.aborted) throw error;
            failed++;
            terminal.say(`${title}: ${error.message}`);
          });
        }
        terminal.print(`${chosen.length - failed} of ${chosen.length} jobs done.`);
        terminal.document({ resumed: chosen.map(({ job }) => job.id), failed });
        return failed === 0 ? exitCodes.ok : exitCodes.input;
      }
      case "cancel": {
        if (id === undefined) throw new UsageError("Name the job to cancel; `jobs list` shows them.");
        const view = await host.call("jobs.cancel", { id });
        terminal.print(describe(view));
        terminal.document(view);
        return exitCodes.ok;
      }
      default:
        throw new UsageError(action === undefined ? "Say what to do." : `'jobs ${action}' is not a command.`);
    }
  },
};

function describe({ job, title }: JobView): string {
  const share = job.progress.total > 0 ? ` ${Math.round((job.progress.done / job.progress.total) * 100)} %` : "";
  const error = job.error === null ? "" : `  ${job.error.message}`;
  return `${job.id}  ${job.status.padEnd(9)}${share.padStart(6)}  ${title}${error}`;
}

function showProgress({ job, title, timeLeftMs }: JobView, { terminal }: CommandContext): void {
  const share = job.progress.total > 0 ? job.progress.done / job.progress.total : 0;
  terminal.progress(`${bar(share)} ${title}${timeLeftMs === null ? "" : ` · ${durationInWords(timeLeftMs)} left`}`);
}
