import type { Readiness } from "../../../src/shared/host-contract.ts";
import type { Text } from "../../text/text.tsx";

/** What the host measured of an engine, in the person's language; in the host's own words where those are not known. */
export function speedWords(text: Text, { measured }: Readiness["engines"][number]): string {
  const tokens = /([\d.]+) tokens\/s/.exec(measured)?.[1];
  if (tokens !== undefined) return text("models.speed.chat", { rate: text.number(Number(tokens), 1) });
  const audio = /([\d.]+) s of audio per second/.exec(measured)?.[1];
  if (audio !== undefined) return text("models.speed.speech", { rate: text.number(Number(audio), 1) });
  return measured;
}
