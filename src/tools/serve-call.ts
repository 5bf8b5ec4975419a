import type { z } from "zod";
import { connect, serve } from "../shared/contract.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { ToolOutcome } from "../shared/tool.ts";
import type { brokerContract, toolContract } from "../shared/tool-contract.ts";
import type { ToolDefinition } from "./definition.ts";
import { refuseEval } from "./refuse-eval.ts";
import { workerChannel } from "./worker-channel.ts";

/** Finds a tool by name. Loading it may take a while. */
export type LoadTool = (name: string) => Promise<ToolDefinition | undefined>;

/**
 * The contracts as a worker holds them: it believes its host, which is the stronger side and has checked the arguments.
 * Checking here would load zod, which takes longer than everything else a worker does. The host checks every answer.
 */
const anything = {
  safeParse: (data: unknown) => ({ success: true, data }) as const,
} as unknown as z.ZodType;
const unchecked = { params: anything, result: anything };
const hostSays = { methods: { run: unchecked }, events: {} } as unknown as typeof toolContract;
const hostAnswers = { methods: { searchTranscripts: unchecked }, events: {} } as unknown as typeof brokerContract;

/**
 * The worker's side: does what `prepare` says, tells that it is ready, waits for one `run`, answers it and ends the
 * process. Ends it at once when the host is gone. What a tool prints on stdout goes to stderr: stdout is the channel's.
 */
export async function serveOneCall(load: LoadTool, prepare?: () => Promise<void>): Promise<void> {
  refuseEval();
  Object.defineProperty(process, "stdout", { configurable: true, get: () => process.stderr });
  await prepare?.();
  const channel = workerChannel();
  const broker = connect(channel, hostAnswers, { onFault });
  let used = false;
  const server = serve(
    channel,
    hostSays,
    {
      async run({ call, grants, today, weights }, signal): Promise<ToolOutcome> {
        if (used) throw new IndoorsError("tool.denied", "This worker has had its call. Start another one.");
        used = true;
        try {
          const tool = await load(call.tool);
          if (tool === undefined) throw new IndoorsError("not-found", `There is no tool '${call.tool}'.`);
          return await tool.run(call.arguments, { grants, broker, today, signal, weights });
        } catch (error) {
          if (!(error instanceof IndoorsError) || error.code === "cancelled") throw error;
          return { ok: false, code: error.code, text: error.message };
        } finally {
          // The answer is written as soon as this has returned.
          setImmediate(() => process.exit());
        }
      },
    },
    { onFault },
  );
  channel.onClose(() => process.exit());
  server.emit("ready", {});
  channel.waitForCall();
}

/** The host keeps stderr as a log. */
function onFault(fault: unknown): void {
  process.stderr.write(`${fault instanceof Error ? fault.stack : String(fault)}\n`);
}
