import type { Duplex } from "node:stream";
import { heartbeat } from "./tunnel-contract.ts";

export interface HeartbeatOptions {
  /** Asks the other side; whatever comes then is the sign of life. */
  readonly ping: () => Promise<unknown>;
  /** Called once, when nothing came for `mostMissed` beats: with the defaults after 45 s. */
  readonly onDead: () => void;
  readonly everyMs?: number | undefined;
}

/**
 * Asks for a sign of life at every beat, as long as the socket is open. Any byte is one: an answer can wait behind a long
 * message on a slow wire.
 */
export function startHeartbeat(socket: Duplex, { ping, onDead, everyMs = heartbeat.everyMs }: HeartbeatOptions): void {
  let missed = 0;
  const beat = () => {
    if (missed >= heartbeat.mostMissed) {
      clearInterval(timer);
      return onDead();
    }
    missed += 1;
    ping().catch(() => {});
  };
  const timer = setInterval(beat, everyMs);
  socket.on("data", () => (missed = 0));
  socket.once("close", () => clearInterval(timer));
  beat();
}
