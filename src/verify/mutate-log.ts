import { randomUUID } from "node:crypto";
import { chainedColumns, rowDigest } from "../store/audit/chain.ts";
import type { SaltedRow } from "../store/audit/chain-check.ts";

/** What somebody with the file, and without the key, may do to a log. */
export const mutationKinds = [
  "edit a column",
  "delete a row",
  "swap two rows",
  "insert a row",
  "chain anew, no key",
  "change a salt",
  "truncate the tail",
  "older copy",
] as const;
export type MutationKind = (typeof mutationKinds)[number];

/** What a chain without an anchor cannot show: the log ends earlier, and everything up to there is as it was. */
export const needsAnchor: ReadonlySet<MutationKind> = new Set(["truncate the tail", "older copy"]);

export interface Mutation {
  readonly kind: MutationKind;
  /** How many rows before the change are as they were. */
  readonly from: number;
  /** The rows after those, in the order of their numbers. Made as they are asked for: most need not be looked at. */
  readonly rest: () => Iterable<SaltedRow>;
}

/** Numbers from 0 to 1 that a seed repeats (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}

/** One change of the given kind, at random. Each gives a log that a database can hold and that is not the first. */
export function mutate(kind: MutationKind, rows: readonly SaltedRow[], random: () => number): Mutation {
  const below = (limit: number) => Math.floor(random() * limit);
  const rowAt = (index: number) => rows[index] as SaltedRow;
  const at = below(rows.length - 1);
  const row = rowAt(at);
  switch (kind) {
    case "edit a column": {
      const column = editable[below(editable.length)] as keyof SaltedRow;
      const changed = edited(row, column, below);
      // A row whose number is changed to one before all others stands first.
      if (column === "seq")
        return { kind, from: 0, rest: () => chain([changed], rows.slice(0, at), rows.slice(at + 1)) };
      return { kind, from: at, rest: () => chain([changed], from(rows, at + 1)) };
    }
    case "delete a row":
      return { kind, from: at, rest: () => from(rows, at + 1) };
    case "swap two rows": {
      const other = (at + 1 + below(rows.length - 1)) % rows.length;
      const [first, second] = [Math.min(at, other), Math.max(at, other)];
      const [one, two] = [rowAt(first), rowAt(second)];
      const between = () => rows.slice(first + 1, second);
      const [early, late] = [
        { ...two, seq: one.seq },
        { ...one, seq: two.seq },
      ];
      return { kind, from: first, rest: () => chain([early], between(), [late], from(rows, second + 1)) };
    }
    case "insert a row": {
      // At the end, or in the middle with the rest moved on.
      const place = random() < 0.3 ? rows.length : at + 1;
      const copy = { ...row, seq: place + 1, id: randomUUID(), ...(row.ref === null ? {} : { ref: randomUUID() }) };
      return { kind, from: place, rest: () => chain([copy], moved(from(rows, place))) };
    }
    case "chain anew, no key": {
      const changed = { ...row, subject: `${row.subject}!` };
      // Before the first row stands the origin; a forger leaves its digest, and the row itself betrays it.
      const before = rows[at - 1]?.digest;
      return { kind, from: at, rest: () => chainedAnew(before, chain([changed], from(rows, at + 1))) };
    }
    case "change a salt": {
      const salted = rows.findIndex(({ salt }, index) => index >= at && salt !== null);
      const found = salted === -1 ? rows.findLastIndex(({ salt }) => salt !== null) : salted;
      const salt = random() < 0.5 ? null : Buffer.alloc(32, below(256));
      return { kind, from: found, rest: () => chain([{ ...rowAt(found), salt }], from(rows, found + 1)) };
    }
    case "truncate the tail":
      return { kind, from: at + 1, rest: () => [] };
    case "older copy":
      return { kind, from: Math.ceil((rows.length * (1 + below(3))) / 4), rest: () => [] };
  }
}

function* chain(...parts: readonly Iterable<SaltedRow>[]): Iterable<SaltedRow> {
  for (const part of parts) yield* part;
}

function* from(rows: readonly SaltedRow[], start: number): Iterable<SaltedRow> {
  for (let index = start; index < rows.length; index++) yield rows[index] as SaltedRow;
}

function* moved(rows: Iterable<SaltedRow>): Iterable<SaltedRow> {
  for (const row of rows) yield { ...row, seq: row.seq + 1 };
}

function* chainedAnew(before: string | undefined, rows: Iterable<SaltedRow>): Iterable<SaltedRow> {
  let previous = before;
  for (const row of rows) {
    const digest: string = previous === undefined ? row.digest : rowDigest(previous, row);
    yield { ...row, digest };
    previous = digest;
  }
}

const editable: readonly (keyof SaltedRow)[] = [...chainedColumns, "digest", "mac"];

function edited(row: SaltedRow, column: keyof SaltedRow, below: (limit: number) => number): SaltedRow {
  const value = row[column];
  if (column === "seq") return { ...row, seq: -row.seq };
  if (column === "phase") return { ...row, phase: value === "event" ? "intent" : "event" };
  if (typeof value === "number") return { ...row, [column]: value + 1 + below(1000) };
  if (value === null) return { ...row, [column]: randomUUID() };
  const text = String(value);
  const place = below(text.length + 1);
  const letter = text[place] === "a" ? "b" : "a";
  return { ...row, [column]: text.slice(0, place) + letter + text.slice(place + 1) };
}
