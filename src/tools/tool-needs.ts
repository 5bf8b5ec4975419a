import { realpath } from "node:fs/promises";
import { IndoorsError } from "../shared/errors.ts";
import type { Grant, ToolNeed, ToolSpec } from "../shared/tool.ts";
import { unreadable } from "./grant-path.ts";
import type { Broker } from "./worker-process.ts";

/** The grants as the tool gets them: none without the need, real paths, writable only for a tool that writes or runs. */
export async function grantsFor({ needs, effect }: ToolSpec, grants: readonly Grant[]): Promise<readonly Grant[]> {
  if (!needs.includes("grants")) return [];
  return await Promise.all(
    grants.map(async ({ name, path, mode }) => {
      const real = await realpath(path).catch((error: unknown) => {
        throw unreadable(name, error);
      });
      return { name, path: real, mode: effect === "read" ? "ro" : mode } as const;
    }),
  );
}

/** The broker as the tool gets it: what the tool has not declared is refused. */
export function limitedTo(needs: readonly ToolNeed[], broker: Broker): Broker {
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
