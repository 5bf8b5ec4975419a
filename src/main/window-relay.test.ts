import { EventEmitter } from "node:events";
import type { MessagePortMain } from "electron";
import { describe, expect, it } from "vitest";
import type { Channel } from "../shared/channel.ts";
import { serve } from "../shared/contract.ts";
import { memoryChannelPair } from "../shared/memory-channel.ts";
import { shellContract } from "../shared/shell-contract.ts";
import type { CalledContract } from "./kiosk.ts";
import { largestMessage } from "./message-size.ts";
import { WindowRelay } from "./window-relay.ts";

/** Electron's port, with the page on the other side. */
class FakePort extends EventEmitter {
  readonly toPage: unknown[] = [];
  readonly isText: boolean;
  closed = false;
  constructor(isText: boolean) {
    super();
    this.isText = isText;
  }
  start() {}
  postMessage(value: unknown) {
    this.toPage.push(this.isText ? JSON.parse(value as string) : value);
  }
  close() {
    this.closed = true;
  }
  fromPage(value: unknown) {
    this.emit("message", { data: this.isText ? JSON.stringify(value) : value });
  }
}

function relay(allows: (contract: CalledContract, method: string) => boolean = () => true) {
  const hosts: Channel[] = [];
  const heard: unknown[] = [];
  const log: string[] = [];
  const made = new WindowRelay({
    openHostPort() {
      const [here, there] = memoryChannelPair();
      there.onMessage((value) => heard.push(value));
      hosts.push(there);
      return here;
    },
    serveShell: (channel) => serve(channel, shellContract, {} as never),
    allows,
    onLog: (line) => log.push(line),
  });
  const join = (contract: CalledContract) => {
    const port = new FakePort(contract === "host");
    made.join(contract, port as unknown as MessagePortMain);
    return port;
  };
  return { relay: made, join, hosts, heard, log };
}
const call = { id: 1, method: "seal.get", params: {} };
function nested(depth: number): unknown {
  return depth === 0 ? 1 : [nested(depth - 1)];
}
const settled = () => new Promise((resolve) => setTimeout(resolve));

describe("what passes", () => {
  it("a message, as it is, in both directions", async () => {
    const { join, hosts, heard } = relay();
    const port = join("host");
    port.fromPage(call);
    await settled();
    expect(heard).toEqual([call]);
    hosts[0]?.send({ id: 1, ok: true, result: 2 });
    await settled();
    expect(port.toPage).toEqual([{ id: 1, ok: true, result: 2 }]);
  });

  it("a cancellation, in a kiosk, too", async () => {
    const { join, heard } = relay(() => false);
    join("host").fromPage({ cancel: 1 });
    await settled();
    expect(heard).toEqual([{ cancel: 1 }]);
  });
});

describe("what does not", () => {
  it.each<[string, unknown, string]>([
    ["what is too deep", { id: 1, method: "x", params: nested(100) }, "contract.invalid"],
    ["what is too large", { id: 1, method: "x", params: Array.from({ length: 2 ** 20 }, () => 1) }, "contract.invalid"],
    ["a method that a kiosk has not", { id: 1, method: "models.remove", params: {} }, "contract.unknown-method"],
    ["a method that is no word", { id: 1, method: ["seal.get"], params: {} }, "contract.unknown-method"],
    ["a method that is nothing", { id: 1, method: null, params: {} }, "contract.unknown-method"],
  ])("%s is answered and goes no further", async (_what, message, code) => {
    const { join, heard, log } = relay((contract, method) => contract === "host" && method === "seal.get");
    const port = join("host");
    port.fromPage(message);
    port.fromPage(call);
    await settled();
    expect(port.toPage).toEqual([{ id: 1, ok: false, error: { code, message: expect.any(String) } }]);
    expect([heard, log.length]).toEqual([[call], 1]);
  });

  it.each(["{", "x".repeat(largestMessage + 1), 7, null, { id: 1, method: "seal.get", params: {} }])(
    "what is no text of a message: %.20s",
    async (data) => {
      const { join, heard, log } = relay();
      const port = join("host");
      port.emit("message", { data });
      await settled();
      expect([port.toPage, heard, log.length]).toEqual([[], [], 1]);
    },
  );

  it("what the shell could not read, and what is too large for it", () => {
    const { join } = relay();
    const port = join("shell");
    port.fromPage({ id: 1, method: "x", params: new Map() });
    port.fromPage({ id: 2, method: "x", params: "x".repeat(largestMessage) });
    expect(port.toPage).toMatchObject([
      { id: 1, ok: false, error: { code: "contract.invalid" } },
      { id: 2, ok: false, error: { code: "contract.invalid" } },
    ]);
  });

  it("a method of the other contract: the kiosk is asked for each of them", () => {
    const { join } = relay((contract) => contract === "host");
    const port = join("shell");
    port.fromPage({ id: 1, method: "seal.get", params: {} });
    expect(port.toPage).toMatchObject([{ ok: false, error: { code: "contract.unknown-method" } }]);
  });

  it("messages of an old page: its port ended when the new one came", async () => {
    const { join, heard, hosts } = relay();
    const [old, next] = [join("host"), join("host")];
    old.fromPage({ ...call, id: 7 });
    next.fromPage(call);
    await settled();
    expect([old.closed, heard]).toEqual([true, [call]]);
    hosts[0]?.send("late");
    await settled();
    expect([old.toPage, next.toPage]).toEqual([[], []]);
  });
});

describe("ends", () => {
  it("when the host dies the page's port is closed", async () => {
    const { join, hosts } = relay();
    const port = join("host");
    hosts[0]?.close();
    await settled();
    expect(port.closed).toBe(true);
  });

  it("when the page goes the host's port is closed", async () => {
    const { join, hosts } = relay();
    const port = join("host");
    const closed = new Promise<string>((resolve) => hosts[0]?.onClose(resolve));
    port.emit("close");
    expect(await closed).toBe("closed");
  });

  it("all of them when the window is closed", async () => {
    const { relay: made, join } = relay();
    const ports = [join("host"), join("shell")];
    made.close();
    await settled();
    expect(ports.map(({ closed }) => closed)).toEqual([true, true]);
  });
});
