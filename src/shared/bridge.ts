import type { Channel } from "./channel.ts";

/**
 * All that the preload script gives the page, as `window.indoors`. Channels carry the contracts; nothing else crosses.
 * When the host dies, `host` ends: `onClose` is called and every call under way fails as `channel.closed`. It can be used
 * again at once: connect anew when the shell says `host.state` `starting` or `running`; without a host it ends again.
 */
export interface Bridge {
  /** To the host: `hostContract`. */
  readonly host: Pick<Channel, "send" | "onMessage" | "onClose">;
  /** To the shell: `shellContract`. */
  readonly shell: Pick<Channel, "send" | "onMessage" | "onClose">;
  /** The paths of files that a person dropped or chose; empty for what is no file on this machine. */
  pathOf(file: unknown): string;
}
