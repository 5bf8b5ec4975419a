import { availableParallelism, cpus } from "node:os";

/** The processor in words, and how many threads may run at once. Part of the key under which speeds are stored. */
export function describeCpu(): { readonly name: string; readonly cores: number } {
  return { name: cpus()[0]?.model.trim() ?? "unknown processor", cores: availableParallelism() };
}
