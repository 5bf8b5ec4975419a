import type { Bridge } from "../../src/shared/bridge.ts";
import { type Implementation, serve } from "../../src/shared/contract.ts";
import { IndoorsError } from "../../src/shared/errors.ts";
import { hostContract } from "../../src/shared/host-contract.ts";
import { memoryChannelPair } from "../../src/shared/memory-channel.ts";
import { shellContract } from "../../src/shared/shell-contract.ts";

/** A bridge to made-up answers, for tests of components. What is not made up is refused, loudly. */
export function inMemoryBridge(
  host: Partial<Implementation<typeof hostContract>>,
  shell: Partial<Implementation<typeof shellContract>>,
) {
  const [hostEnd, hostServer] = memoryChannelPair();
  const [shellEnd, shellServer] = memoryChannelPair();
  const missing = (made: object) =>
    new Proxy(made, {
      get: (target, name) =>
        Reflect.get(target, name) ??
        (() => {
          throw new IndoorsError("not-found", `this test has no ${String(name)}`);
        }),
    });
  const hostSide = serve(hostServer, hostContract, missing(host) as Implementation<typeof hostContract>);
  const shellSide = serve(shellServer, shellContract, missing(shell) as Implementation<typeof shellContract>);
  const bridge: Bridge = { host: hostEnd, shell: shellEnd, pathOf: () => "" };
  return { bridge, host: hostSide, shell: shellSide };
}
