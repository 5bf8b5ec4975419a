import type { Agent } from "../../src/shared/agent.ts";
import { useHost, useHostEvent } from "./use-host.ts";

const none: readonly Agent[] = [];

/** The agents, `assistant` first, kept up to date. Empty until they are known. */
export function useAgents() {
  const { data, error, reload } = useHost("agents.list", {});
  useHostEvent("list.changed", ({ what }) => {
    if (what === "agents") reload();
  });
  return { agents: data?.agents ?? none, known: data !== undefined, error, reload };
}
