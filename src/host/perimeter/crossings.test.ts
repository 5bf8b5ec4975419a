import { expect, it } from "vitest";
import type { AuditEntry } from "../../shared/audit.ts";
import { type Crossing, Crossings } from "./crossings.ts";

const crossing = (of: Partial<Crossing> = {}): Crossing => ({
  ...{ server: "records", what: "call", ok: true, address: "10.0.0.7", port: 8443, certificate: "", detail: "200" },
  ...{ bytesOut: 10, bytesIn: 100 },
  ...of,
});

function collect() {
  const rows: AuditEntry[] = [];
  return { rows, crossings: new Crossings({ write: (row) => rows.push(row), windowMs: 3_600_000 }) };
}

it("makes a row of each, with what crossed and no content", () => {
  const { rows, crossings } = collect();
  crossings.add(crossing());
  crossings.flush();
  const { server: _, ...facts } = crossing();
  expect(rows).toEqual([
    {
      ...{ action: "perimeter.cross", actor: { kind: "system", name: "gateway" }, runId: null, subject: "records" },
      ...{ facts, content: {} },
    },
  ]);
});

it("sums a flood: every call and byte is in a row, but not each in its own", () => {
  const { rows, crossings } = collect();
  for (let n = 0; n < 1000; n++) crossings.add(crossing());
  crossings.add(crossing({ what: "refused", ok: false }));
  crossings.flush();
  expect(rows).toHaveLength(22);
  const calls = rows.filter(({ facts }) => facts["what"] === "call");
  const sum = (of: string) => calls.reduce((all, { facts }) => all + Number(facts[of] ?? 1), 0);
  expect([sum("times"), sum("bytesOut"), sum("bytesIn")]).toEqual([1000, 10_000, 100_000]);
  // The next window begins anew.
  crossings.add(crossing());
  expect(rows).toHaveLength(23);
  crossings.flush();
  expect(rows).toHaveLength(23);
});

it("does not tell more kinds apart than it can count", () => {
  const { rows, crossings } = collect();
  for (let n = 0; n < 5000; n++) crossings.add(crossing({ server: `forged-${n}`, what: "refused", ok: false }));
  crossings.flush();
  expect(rows).toHaveLength(51);
  expect(rows.at(-1)).toMatchObject({ subject: "several", facts: { times: 4950, bytesOut: 49_500 } });
});
