/** How deep a JSON value is nested, counted up to `most + 1`. Goes by itself, not by recursion. */
export function nestingOf(value: unknown, most: number): number {
  let level: unknown[] = [value];
  for (let depth = 0; depth <= most; depth++) {
    const next: unknown[] = [];
    for (const one of level) {
      if (typeof one === "object" && one !== null) for (const inner of Object.values(one)) next.push(inner);
    }
    if (next.length === 0) return depth;
    level = next;
  }
  return most + 1;
}
