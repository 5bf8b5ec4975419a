import type { Segment } from "../../../../src/shared/speech.ts";

/** The index of the segment that is said at a time: the last that began by then, -1 before the first. */
export function segmentAt(segments: readonly Pick<Segment, "startMs">[], ms: number): number {
  let low = 0;
  let high = segments.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if ((segments[middle]?.startMs ?? 0) <= ms) low = middle + 1;
    else high = middle;
  }
  return low - 1;
}

/**
 * Where there is speech, as shares of the length, joined to at most `parts` stretches: a bar of that many pixels shows
 * no more.
 */
export function speechStretches(
  segments: readonly Pick<Segment, "startMs" | "endMs">[],
  durationMs: number,
  parts: number,
): { readonly from: number; readonly to: number }[] {
  if (durationMs <= 0) return [];
  const spoken = new Uint8Array(parts);
  for (const { startMs, endMs } of segments) {
    const from = Math.max(0, Math.floor((startMs / durationMs) * parts));
    const to = Math.min(parts, Math.max(from + 1, Math.ceil((endMs / durationMs) * parts)));
    spoken.fill(1, from, to);
  }
  const found: { from: number; to: number }[] = [];
  for (let part = 0; part < parts; part++) {
    if (spoken[part] === 0) continue;
    const last = found.at(-1);
    if (last !== undefined && last.to === part / parts) last.to = (part + 1) / parts;
    else found.push({ from: part / parts, to: (part + 1) / parts });
  }
  return found;
}
