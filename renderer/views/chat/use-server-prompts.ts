import { useEffect, useState } from "react";
import type { ServerPrompt } from "../../../src/shared/mcp.ts";
import { useCallHost } from "../../bridge/use-host.ts";

export interface OfferedPrompt {
  readonly server: string;
  readonly prompt: ServerPrompt;
}

/** The prompts of these servers; undefined until all were asked. A server that does not run offers none. */
export function useServerPrompts(servers: readonly string[]): readonly OfferedPrompt[] | undefined {
  const call = useCallHost();
  const [found, setFound] = useState<readonly OfferedPrompt[]>();
  const key = servers.join(" ");
  useEffect(() => {
    const controller = new AbortController();
    const ask = async (server: string) => {
      const { prompts } = await call("mcp.get", { name: server }, controller.signal);
      return prompts.map((prompt) => ({ server, prompt }));
    };
    void Promise.allSettled(key.split(" ").map(ask)).then((all) => {
      if (controller.signal.aborted) return;
      setFound(all.flatMap((one) => (one.status === "fulfilled" ? one.value : [])));
    });
    return () => controller.abort();
  }, [call, key]);
  return found;
}
