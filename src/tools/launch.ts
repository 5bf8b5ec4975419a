import { realpath } from "node:fs/promises";
import { IndoorsError, throwIfCancelled } from "../shared/errors.ts";
import type { Grant, ToolCall, ToolNeed, ToolOutcome } from "../shared/tool.ts";
import type { ToolDefinition, ToolLimits } from "./definition.ts";
import { unreadable } from "./grant-path.ts";
import { neutralise, neutraliseDeep } from "./neutralise.ts";
import { tools as allTools } from "./registry.ts";
import { type Broker, runInWorker } from "./worker-process.ts";

export interface LaunchOptions {
  readonly call: ToolCall;
  /** Given to the worker only when the tool declares the need `grants`. */
  readonly grants: readonly Grant[];
  /** ISO day, 2026-11-23. */
  readonly today: string;
  /** What the host does for tools. Each method is refused to a tool that does not declare the need for it. */
  readonly broker: Broker;
  readonly signal: AbortSignal;
  /** The Node 24 binary that runs the worker. */
  readonly nodePath: string;
  /** Replaces single limits of the tool's definition. */
  readonly limits?: Partial<ToolLimits> | undefined;
  /** Told why a worker died or misbehaved, with what it wrote to stderr. For the local log only. */
  readonly onFault?: ((fault: unknown, where: string) => void) | undefined;
  /** Other tools and the entry of a worker that serves them. */
  readonly tools?: readonly ToolDefinition[];
  readonly entry?: URL;
}

const entryOfAllTools = new URL(import.meta.url.endsWith(".ts") ? "./worker.ts" : "./worker.js", import.meta.url);

/**
 * Runs one call in a process of its own: no environment, an empty folder to stand in, limits on time, heap and output,
 * killed with everything it started. Whatever goes wrong with the tool is an outcome with `ok: false`; text and data are
 * neutralised.
 * @throws IndoorsError `cancelled` when the signal fires; the worker is dead by then.
 */
export async function launchTool(options: LaunchOptions): Promise<ToolOutcome> {
  const { call, signal } = options;
  throwIfCancelled(signal);
  const tool = (options.tools ?? allTools).find((one) => one.spec.name === call.tool);
  try {
    if (tool === undefined) throw new IndoorsError("not-found", `There is no tool '${call.tool}'.`);
    const { needs } = tool.spec;
    const outcome = await runInWorker({
      call,
      grants: needs.includes("grants") ? await Promise.all(options.grants.map(realGrant)) : [],
      today: options.today,
      broker: limitedTo(needs, options.broker),
      limits: { ...tool.limits, ...options.limits },
      entry: options.entry ?? entryOfAllTools,
      nodePath: options.nodePath,
      signal,
      onFault: options.onFault ?? (() => {}),
    });
    return neutraliseDeep(outcome) as ToolOutcome;
  } catch (error) {
    if (!(error instanceof IndoorsError) || error.code === "cancelled") throw error;
    return { ok: false, code: error.code, text: neutralise(error.message) };
  }
}

async function realGrant(grant: Grant): Promise<Grant> {
  try {
    return { ...grant, path: await realpath(grant.path) };
  } catch (error) {
    throw unreadable(grant.name, error);
  }
}

function limitedTo(needs: readonly ToolNeed[], broker: Broker): Broker {
  return {
    searchTranscripts(params, signal) {
      if (!needs.includes("transcripts")) {
        throw new IndoorsError(
          "tool.denied",
          "The transcripts were not searched: the tool has not declared that need.",
        );
      }
      return broker.searchTranscripts(params, signal);
    },
  };
}
