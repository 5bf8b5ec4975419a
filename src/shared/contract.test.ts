import { type ChildProcess, spawn } from "node:child_process";
import { afterEach, describe, expect, it } from "vitest";
import { z } from "zod";
import type { Channel } from "./channel.ts";
import { type Client, connect, type Contract, serve } from "./contract.ts";
import { errorCodes, IndoorsError } from "./errors.ts";
import { memoryChannelPair } from "./memory-channel.ts";
import { processChannel } from "./process-channel.ts";
import { stdioChannel } from "./stdio-channel.ts";

const contract = {
  methods: {
    add: { params: z.strictObject({ a: z.number(), b: z.number() }), result: z.strictObject({ sum: z.number() }) },
    /** Fails with what it is told to fail with. */
    fail: {
      params: z.strictObject({ how: z.enum(["typed", "bug", "shape"]) }),
      result: z.strictObject({ ok: z.boolean() }),
    },
    /** Never answers until it is cancelled; then says so in an event. */
    wait: { params: z.null(), result: z.null() },
    /** Asks the caller back over the same channel. */
    askBack: { params: z.strictObject({ n: z.number() }), result: z.strictObject({ doubled: z.number() }) },
    /** The process ends at once. */
    die: { params: z.null(), result: z.null() },
  },
  events: { waiting: z.null(), cancelled: z.null(), count: z.strictObject({ n: z.number() }) },
} as const satisfies Contract;

const backContract = {
  methods: { double: { params: z.strictObject({ n: z.number() }), result: z.strictObject({ n: z.number() }) } },
  events: {},
} as const satisfies Contract;

const typedData = { have: 1, need: 2 };

/** The other side, the same in memory and in a child: this function's own text runs there. */
function serveOther(channel: Channel, tools: OtherSide, die: () => void) {
  const back = tools.connect(channel, tools.backContract);
  const server = tools.serve(channel, tools.contract, {
    add: ({ a, b }) => ({ sum: a + b }),
    fail({ how }) {
      if (how === "typed") throw new tools.IndoorsError("memory.too-small", "Too small.", { have: 1, need: 2 });
      if (how === "bug") throw new Error("secret");
      return { ok: "yes" } as never;
    },
    wait: (_, signal) => {
      server.emit("waiting", null);
      return new Promise((_resolve, reject) => {
        signal.addEventListener("abort", () => {
          server.emit("cancelled", null);
          reject(signal.reason);
        });
      });
    },
    async askBack({ n }) {
      for (let at = 1; at <= 3; at++) server.emit("count", { n: at });
      return { doubled: (await back.call("double", { n })).n };
    },
    die: () => {
      die();
      return null;
    },
  });
}

interface OtherSide {
  readonly connect: typeof connect;
  readonly serve: typeof serve;
  readonly IndoorsError: typeof IndoorsError;
  readonly contract: typeof contract;
  readonly backContract: typeof backContract;
}

const here: OtherSide = { connect, serve, IndoorsError, contract, backContract };

const from = (file: string) => JSON.stringify(new URL(file, import.meta.url).href);
const anything = (names: readonly string[]) =>
  names.map((name) => `${JSON.stringify(name)}: { params: z.any(), result: z.any() }`).join(", ");

/** The program of a child: the real modules, a contract that lets everything through, and the function above. */
function childProgram(channel: string): string {
  return `
    import { z } from "zod";
    import { connect, serve } from ${from("./contract.ts")};
    import { IndoorsError } from ${from("./errors.ts")};
    import { processChannel } from ${from("./process-channel.ts")};
    import { stdioChannel } from ${from("./stdio-channel.ts")};
    const contract = { methods: { ${anything(Object.keys(contract.methods))} }, events: {} };
    const backContract = { methods: { ${anything(["double"])} }, events: {} };
    const other = ${serveOther.toString()};
    other(${channel}, { connect, serve, IndoorsError, contract, backContract }, () => process.exit(3));
  `;
}

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill("SIGKILL");
});

function start(channel: string, stdio: ("pipe" | "ipc" | "inherit" | "ignore")[]): ChildProcess {
  const child = spawn(process.execPath, ["--input-type=module", "-e", childProgram(channel)], { stdio });
  children.push(child);
  return child;
}

const kinds: readonly [string, () => Channel][] = [
  [
    "in memory",
    () => {
      const [left, right] = memoryChannelPair();
      serveOther(right, here, () => right.close());
      return left;
    },
  ],
  ["a child's IPC", () => processChannel(start("processChannel(process)", ["ignore", "inherit", "inherit", "ipc"]))],
  [
    "a child's stdio",
    () => {
      const child = start("stdioChannel(process.stdin, process.stdout)", ["pipe", "pipe", "inherit"]);
      return stdioChannel(child.stdout!, child.stdin!);
    },
  ],
];

const happens = <E extends keyof (typeof contract)["events"]>(client: Client<typeof contract>, event: E) =>
  new Promise<void>((resolve) => client.on(event, () => resolve()));

describe.each(kinds)("serve and connect over %s", (_, open) => {
  it("answers calls, many at once, each with its own answer", async () => {
    const client = connect(open(), contract);
    const sums = await Promise.all(Array.from({ length: 50 }, (_each, a) => client.call("add", { a, b: 1 })));
    expect(sums.map(({ sum }) => sum)).toEqual(Array.from({ length: 50 }, (_each, a) => a + 1));
  });

  it("carries typed failures whole and bugs without their words", async () => {
    const client = connect(open(), contract);
    await expect(client.call("fail", { how: "typed" })).rejects.toMatchObject({
      name: "IndoorsError",
      code: "memory.too-small",
      message: "Too small.",
      data: typedData,
    });
    await expect(client.call("fail", { how: "bug" })).rejects.toMatchObject({
      code: "internal",
      message: errorCodes.internal,
    });
  });

  it("refuses an answer of the wrong shape", async () => {
    const client = connect(open(), contract);
    await expect(client.call("fail", { how: "shape" })).rejects.toMatchObject({ code: "contract.invalid" });
  });

  it("cancels on both sides", async () => {
    const client = connect(open(), contract);
    const [waiting, cancelled] = [happens(client, "waiting"), happens(client, "cancelled")];
    const controller = new AbortController();
    const call = client.call("wait", null, { signal: controller.signal });
    await waiting;
    controller.abort();
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    await cancelled;
    expect(await client.call("add", { a: 1, b: 2 })).toEqual({ sum: 3 });
  });

  it("lets both sides ask over one channel, with events on the way, in order", async () => {
    const channel = open();
    serve(channel, backContract, { double: ({ n }) => ({ n: n * 2 }) });
    const client = connect(channel, contract);
    const counted: number[] = [];
    client.on("count", ({ n }) => counted.push(n));
    expect(await client.call("askBack", { n: 21 })).toEqual({ doubled: 42 });
    expect(counted).toEqual([1, 2, 3]);
  });

  it("fails what is under way, and what comes after, when the other side is gone", async () => {
    const channel = open();
    const reasons: string[] = [];
    channel.onClose((reason) => reasons.push(reason));
    const client = connect(channel, contract);
    const waiting = client.call("wait", null);
    const refused = expect(waiting).rejects.toMatchObject({ code: "channel.closed" });
    await Promise.allSettled([client.call("die", null)]);
    await refused;
    await expect(client.call("add", { a: 1, b: 1 })).rejects.toMatchObject({ code: "channel.closed" });
    expect(reasons).toHaveLength(1);
    channel.onClose((reason) => reasons.push(reason));
    expect(reasons).toHaveLength(2);
    channel.send({ id: 1, method: "add", params: null });
  });
});

/** A served channel, with the raw other end of it. */
function raw() {
  const [left, right] = memoryChannelPair();
  const faults: unknown[] = [];
  serveOther(
    right,
    { ...here, serve: (c, k, i) => serve(c, k, i, { onFault: (fault) => faults.push(fault) }) },
    () => {},
  );
  const answers: unknown[] = [];
  left.onMessage((value) => answers.push(value));
  const ask = async (message: unknown) => {
    left.send(message);
    await new Promise((resolve) => setTimeout(resolve, 5));
    return answers.splice(0);
  };
  return { ask, faults };
}

describe("what is refused", () => {
  it.each(["nothing", "constructor", "__proto__", "toString", "hasOwnProperty", ""])(
    "a method that is not in the contract: '%s'",
    async (method) => {
      expect(await raw().ask({ id: 7, method, params: null })).toEqual([
        { id: 7, ok: false, error: { code: "contract.unknown-method", message: expect.any(String) } },
      ]);
    },
  );

  it("params of the wrong shape, saying where", async () => {
    expect(await raw().ask({ id: 1, method: "add", params: { a: 1, b: "2", c: 3 } })).toMatchObject([
      { id: 1, ok: false, error: { code: "contract.invalid", data: { where: "add", issues: [{ path: "b" }, {}] } } },
    ]);
  });

  it("what is not a message at all: dropped and reported, and the next call is answered", async () => {
    const { ask, faults } = raw();
    for (const nonsense of [
      null,
      1,
      "x",
      [],
      {},
      { id: -1, method: "add", params: {} },
      { id: 1.5, ok: true, result: 1 },
    ]) {
      expect(await ask(nonsense)).toEqual([]);
    }
    expect(faults).toHaveLength(7);
    expect(await ask({ id: 1, method: "add", params: { a: 1, b: 2 } })).toEqual([
      { id: 1, ok: true, result: { sum: 3 } },
    ]);
  });

  it("an answer nobody waits for and an unknown error code", async () => {
    const [left, right] = memoryChannelPair();
    const faults: unknown[] = [];
    const client = connect(left, contract, { onFault: (fault) => faults.push(fault) });
    right.send({ id: 99, ok: true, result: { sum: 1 } });
    right.send({ id: 0, ok: false, error: { code: "constructor", message: "" } });
    right.onMessage(() => right.send({ id: 0, ok: true, result: { sum: 3 } }));
    expect(await client.call("add", { a: 1, b: 2 })).toEqual({ sum: 3 });
    expect(faults).toHaveLength(1);
  });

  it("an event of the wrong shape or of no name we know, while good ones arrive", async () => {
    const [left, right] = memoryChannelPair();
    const faults: string[] = [];
    const client = connect(left, contract, { onFault: (_fault, where) => faults.push(where) });
    const counted: number[] = [];
    client.on("count", ({ n }) => counted.push(n));
    right.send({ event: "count", payload: { n: "1" } });
    right.send({ event: "constructor", payload: {} });
    right.send({ event: "count", payload: { n: 2 } });
    await new Promise((resolve) => setTimeout(resolve, 5));
    expect([counted, faults]).toEqual([[2], ["count"]]);
  });
});

describe("ends", () => {
  it("a call with a fired signal is not sent", async () => {
    const [left, right] = memoryChannelPair();
    const sent: unknown[] = [];
    right.onMessage((value) => sent.push(value));
    const client = connect(left, contract);
    const call = client.call("add", { a: 1, b: 1 }, { signal: AbortSignal.abort() });
    await expect(call).rejects.toMatchObject({ code: "cancelled" });
    expect(sent).toEqual([]);
  });

  it("dispose of the client fails its calls; dispose of the server stops answers and aborts work", async () => {
    const [left, right] = memoryChannelPair();
    let aborted: unknown;
    const server = serve(right, backContract, {
      double: (_params, signal) =>
        new Promise((_resolve, reject) => {
          signal.addEventListener("abort", () => {
            aborted = signal.reason;
            reject(signal.reason);
          });
        }),
    });
    const client = connect(left, backContract);
    const call = client.call("double", { n: 1 });
    await new Promise((resolve) => setTimeout(resolve, 5));
    server.dispose();
    expect(aborted).toMatchObject({ code: "channel.closed" });
    await expect(call).rejects.toMatchObject({ code: "channel.closed" });
    const never = client.call("double", { n: 1 });
    client.dispose();
    await expect(never).rejects.toMatchObject({ code: "channel.closed" });
    await expect(client.call("double", { n: 1 })).rejects.toMatchObject({ code: "channel.closed" });
  });
});
