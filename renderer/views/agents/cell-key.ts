import type { PolicyCell } from "../../../src/shared/host-contract.ts";

/** What a cell is about, as one string to find it by. */
export function cellKey({ agent, tool, folder }: Pick<PolicyCell, "agent" | "tool" | "folder">): string {
  return JSON.stringify([agent, tool, folder]);
}
