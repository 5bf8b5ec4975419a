const windowMs = 60_000;
const most = 3;

/**
 * Whether a page whose process died is loaded again. Not for ever: what dies three times in a minute dies again.
 * Counts each call as one death, `at` milliseconds of a clock that only grows.
 */
export function crashCount(): (at: number) => "reload" | "give-up" {
  let deaths: number[] = [];
  return (at) => {
    deaths = [...deaths.filter((one) => at - one < windowMs), at];
    return deaths.length > most ? "give-up" : "reload";
  };
}
