import { expect, it, vi } from "vitest";
import { serve } from "../../src/shared/contract.ts";
import { hostContract } from "../../src/shared/host-contract.ts";
import { memoryChannelPair } from "../../src/shared/memory-channel.ts";
import { type HostState, shellContract } from "../../src/shared/shell-contract.ts";
import { openConnection } from "./connection.ts";

/** A bridge as the preload script makes it: once the host is gone, whoever connects next gets a new channel. */
function bridgeWithMortalHost() {
  let host = newHost();
  function newHost() {
    const [end, server] = memoryChannelPair();
    serve(server, hostContract, { "recordings.list": () => ({ recordings: [] }) } as never);
    return { end };
  }
  const [shell, shellServer] = memoryChannelPair();
  const shellSide = serve(shellServer, shellContract, { "shell.state": () => new Promise(() => {}) } as never);
  return {
    say: (state: HostState) => shellSide.emit("host.state", state),
    die() {
      const { end } = host;
      host = newHost();
      end.close();
    },
    bridge: {
      host: {
        send: (value: unknown) => host.end.send(value),
        onMessage: (receive: (value: unknown) => void) => host.end.onMessage(receive),
        onClose: (closed: (reason: string) => void) => host.end.onClose(closed),
      },
      shell,
      pathOf: () => "",
    },
  };
}

it("connects to the next life of the host, whatever it says on the way there", async () => {
  const { bridge, say, die } = bridgeWithMortalHost();
  const connection = openConnection(bridge, () => {});
  say({ state: "running" });
  await expect(connection.host().call("recordings.list", {})).resolves.toEqual({ recordings: [] });
  die();
  await vi.waitFor(() =>
    expect(connection.host().call("recordings.list", {})).rejects.toMatchObject({ code: "channel.closed" }),
  );
  say({ state: "restarting", attempt: 1, inMs: 500, reason: "killed" });
  say({ state: "starting" });
  say({ state: "running" });
  await vi.waitFor(() => expect(connection.hostLife()).toBe(1));
  await expect(connection.host().call("recordings.list", {})).resolves.toEqual({ recordings: [] });
});
