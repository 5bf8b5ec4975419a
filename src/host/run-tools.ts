import type { Grant, ToolCall, ToolSpec } from "../shared/tool.ts";
import type { ToolRequest } from "../tools/tool-launcher.ts";
import type { SamplingRun } from "./mcp/sampling.ts";
import type { McpServers } from "./mcp/servers.ts";
import type { SealedTools } from "./sealed-tools.ts";
import type { LaunchedCall } from "./tool-calls.ts";

export interface RunToolsOptions {
  readonly sealed: Pick<SealedTools, "specs" | "launch">;
  readonly servers: Pick<McpServers, "specs" | "call">;
  /** The run, and the model that servers may use while they work for it. */
  readonly run: SamplingRun;
  readonly today: string;
  readonly broker: ToolRequest["broker"];
}

/** What one run can call: Indoors' own tools and those of servers that a person approved, as they are when it begins. */
export interface RunTools {
  readonly specs: readonly ToolSpec[];
  /** Runs a call where its tool is: in a sealed worker, or by its server. */
  launch(call: ToolCall, grants: readonly Grant[], signal: AbortSignal): Promise<LaunchedCall>;
}

/**
 * Puts the tools of a run together. `answer-question.ts` gives `specs` to the loop and to `ToolCalls`, and `launch` to
 * `ToolCalls`. A server reaches its own folders, whatever was opened to the run.
 */
export function runTools({ sealed, servers, run, today, broker }: RunToolsOptions): RunTools {
  const ofServers = servers.specs();
  return {
    specs: [...sealed.specs, ...ofServers],
    async launch(call, grants, signal) {
      const spec = ofServers.find(({ name }) => name === call.tool);
      return spec === undefined
        ? await sealed.launch({ call, grants, today, broker, signal })
        : await servers.call(spec, call, run, signal);
    },
  };
}
