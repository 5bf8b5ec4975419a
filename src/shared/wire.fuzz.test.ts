import { expect, it } from "vitest";
import { z } from "zod";
import { connect, type Contract, serve } from "./contract.ts";
import { IndoorsError, isErrorCode } from "./errors.ts";
import { memoryChannelPair } from "./memory-channel.ts";
import { parseWireMessage } from "./wire.ts";

/** Change to look elsewhere; a failure prints it. */
const seed = 20261123;
const rounds = 10_000;

const contract = {
  methods: {
    echo: {
      params: z.strictObject({
        text: z.string(),
        n: z.int(),
        list: z.array(z.number()),
        nested: z.record(z.string(), z.unknown()),
      }),
      result: z.strictObject({ text: z.string() }),
    },
  },
  events: { tick: z.strictObject({ n: z.int() }) },
} as const satisfies Contract;

const valid: readonly unknown[] = [
  { id: 1, method: "echo", params: { text: "a", n: 1, list: [1, 2], nested: { a: { b: null } } } },
  { id: 2, ok: true, result: { text: "a" } },
  { id: 3, ok: false, error: { code: "internal", message: "m", data: { a: 1 } } },
  { event: "tick", payload: { n: 1 } },
  { cancel: 1 },
];

const odd: readonly unknown[] = [
  ...[null, true, -1, 1.5, 1e308, 2 ** 53, "", "constructor", "__proto__", "\0", "\ud800", "x".repeat(5000), [], {}],
  ...[[[[[]]]], { toJSON: 1 }, { length: 1e9 }, JSON.parse('{"then":1,"__proto__":{"polluted":true}}')],
];

/** mulberry32: small, seeded, good enough to scatter mutations. */
function generator(state: number): () => number {
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

it(`${rounds} mutated messages: no crash, every refusal typed, valid calls still answered`, async () => {
  const random = generator(seed);
  const pick = <T>(from: readonly T[]): T => from[Math.floor(random() * from.length)]!;

  /** Replaces, removes, adds, renames or nests something somewhere in the value. */
  function mutate(value: unknown): unknown {
    if (typeof value !== "object" || value === null || random() < 0.15) return pick(odd);
    if (Array.isArray(value)) {
      const copy = [...value];
      if (random() < 0.5) copy.splice(Math.floor(random() * (copy.length + 1)), 0, pick(odd));
      else copy.splice(Math.floor(random() * copy.length), 1);
      return copy;
    }
    const entries: [string, unknown][] = Object.entries(value);
    const at = Math.floor(random() * entries.length);
    const [key, inner] = entries[at] ?? ["id", 0];
    const what = random();
    if (what < 0.5) entries[at] = [key, mutate(inner)];
    else if (what < 0.65) entries.splice(at, 1);
    else if (what < 0.8)
      entries.push([pick(["id", "ok", "method", "cancel", "event", "__proto__", "extra"]), pick(odd)]);
    else if (what < 0.9) entries[at] = [pick(["ID", "constructor", `${key} `]), inner];
    else entries.push(...Object.entries(pick(valid) as object));
    // defineProperty, so that "__proto__" becomes a key of its own, as JSON.parse makes it.
    const copy = {};
    for (const [name, item] of entries) {
      Object.defineProperty(copy, name, { value: item, enumerable: true, writable: true, configurable: true });
    }
    return copy;
  }

  const [attacker, defender] = memoryChannelPair();
  const faults: unknown[] = [];
  const onFault = (fault: unknown) => faults.push(fault);
  serve(defender, contract, { echo: ({ text }) => ({ text }) }, { onFault });
  connect(defender, contract, { onFault }).on("tick", () => {});
  const answers: unknown[] = [];
  attacker.onMessage((value) => answers.push(value));
  const crashes: unknown[] = [];
  const onCrash = (error: unknown) => crashes.push(error);
  process.on("uncaughtException", onCrash);
  process.on("unhandledRejection", onCrash);

  let refused = 0;
  let accepted = 0;
  try {
    for (let round = 0; round < rounds; round++) {
      let message = mutate(pick(valid));
      while (random() < 0.3) message = mutate(message);
      const hint = `seed ${seed}, round ${round}: ${JSON.stringify(message)?.slice(0, 300)}`;
      try {
        parseWireMessage(message);
        accepted++;
      } catch (refusal) {
        refused++;
        expect(refusal, hint).toBeInstanceOf(IndoorsError);
        expect((refusal as IndoorsError).code, hint).toBe("contract.invalid");
      }
      attacker.send(message);
      if (round % 100 === 0) {
        // Ids that no mutation makes.
        const id = 1_000_000 + round;
        attacker.send({ id, method: "echo", params: { text: "here", n: 1, list: [], nested: {} } });
        await new Promise((resolve) => setTimeout(resolve));
        expect(answers, hint).toContainEqual({ id, ok: true, result: { text: "here" } });
        answers.forEach((answer) => expect(answer, hint).toSatisfy(isTypedAnswer));
        answers.length = 0;
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 50));
  } finally {
    process.off("uncaughtException", onCrash);
    process.off("unhandledRejection", onCrash);
  }
  expect(crashes, `seed ${seed}`).toEqual([]);
  for (const fault of faults) expect(fault, `seed ${seed}`).toSatisfy(isTyped);
  expect(({} as { polluted?: boolean }).polluted).toBeUndefined();
  // The mutations must reach both ways out, or this test shows nothing.
  expect(refused).toBeGreaterThan(rounds / 10);
  expect(accepted).toBeGreaterThan(rounds / 10);
});

function isTypedAnswer(answer: unknown): boolean {
  const { ok, error } = answer as { readonly ok?: unknown; readonly error?: { readonly code: unknown } };
  return ok === true || (ok === false && isErrorCode(error?.code));
}

/** A refused message, or an event whose payload has the wrong shape. */
function isTyped(fault: unknown): boolean {
  return (fault instanceof IndoorsError && fault.code === "contract.invalid") || fault instanceof z.ZodError;
}
