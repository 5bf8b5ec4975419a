import type { Grant } from "../../shared/tool.ts";
import type { ToolLimits, ToolWeights } from "../definition.ts";
import { openToolLauncher, type ToolLaunch, type ToolLauncherOptions } from "../tool-launcher.ts";
import type { Broker } from "../worker-process.ts";
import { plainSandbox } from "./plain-sandbox.ts";

const noBroker: Broker = {
  searchTranscripts: () => {
    throw new Error("not asked for");
  },
};

/**
 * Makes one call as the host does, in a real worker process, by default without a sandbox: for tests of what a tool
 * does, not of what keeps it in.
 */
export async function callTool(
  tool: string,
  args: Readonly<Record<string, unknown>>,
  grants: readonly Grant[],
  more: Partial<ToolLauncherOptions> & {
    readonly broker?: Broker;
    readonly weights?: ToolWeights;
    readonly limits?: Partial<ToolLimits> | undefined;
  } = {},
): Promise<ToolLaunch> {
  const { broker = noBroker, limits, ...options } = more;
  const launcher = openToolLauncher({
    sandbox: plainSandbox(),
    nodePath: process.execPath,
    weights: { ocr: null },
    onFault: () => {},
    poolSize: 0,
    ...options,
  });
  try {
    const signal = new AbortController().signal;
    return await launcher.launch({
      call: { id: "1", tool, arguments: args },
      grants,
      today: "2026-11-23",
      broker,
      signal,
      limits,
    });
  } finally {
    await launcher.dispose();
  }
}
