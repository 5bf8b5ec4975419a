/** A measured speed at one thread count; higher is better, in the unit of whoever measures. */
export interface ThreadSpeed {
  readonly threads: number;
  readonly speed: number;
}

/**
 * The thread counts worth trying: 1, 2, 4 … and the number of cores. More threads than cores collapse ggml's spin
 * barriers, so no count goes above it.
 */
export function threadCandidates(cores: number): readonly number[] {
  const counts = new Set<number>([cores]);
  for (let count = 1; count < cores; count *= 2) counts.add(count);
  if (cores > 2) counts.add(cores - 1);
  return [...counts].sort((a, b) => a - b);
}

/**
 * Measures each candidate, fewest threads first, and returns the fastest. Stops early once two more threads made it
 * slower: on a machine with many cores the rest would only take longer.
 */
export async function calibrateThreads(
  cores: number,
  measure: (threads: number) => Promise<number>,
): Promise<{ readonly best: ThreadSpeed; readonly all: readonly ThreadSpeed[] }> {
  const all: ThreadSpeed[] = [];
  let best: ThreadSpeed = { threads: 1, speed: 0 };
  for (const threads of threadCandidates(cores)) {
    const speed = await measure(threads);
    all.push({ threads, speed });
    if (speed > best.speed) best = { threads, speed };
    else if (speed < best.speed * 0.7) break;
  }
  return { best, all };
}
