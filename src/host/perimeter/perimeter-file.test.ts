import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expect, it, onTestFinished } from "vitest";
import { emptyPerimeter, type PerimeterFile } from "../../shared/perimeter.ts";
import { openPerimeterFile } from "./perimeter-file.ts";

function open(text?: string) {
  const folder = mkdtempSync(join(tmpdir(), "indoors-perimeter-"));
  onTestFinished(() => rmSync(folder, { recursive: true }));
  const file = openPerimeterFile(folder);
  if (text !== undefined) writeFileSync(file.path, text);
  return { folder, file };
}

const enrolment = { name: "files", secret: "0".repeat(40), expiresAt: "2026-11-23T12:00:00.000Z" };
const textOf = (list: object) => JSON.stringify({ ...emptyPerimeter, ...list });

it("is empty when it is absent, and stays absent until something is listed", async () => {
  const { folder, file } = open();
  expect(await file.read()).toEqual(emptyPerimeter);
  await file.change((now) => now);
  expect(readdirSync(folder)).toEqual([]);
});

it("is written whole, for its owner alone, and nothing is left beside it", async () => {
  const { folder, file } = open();
  await file.change((now) => ({ ...now, listener: { address: "10.0.0.2", port: 7443 } }));
  expect(await file.read()).toMatchObject({ listener: { port: 7443 } });
  expect(statSync(file.path).mode & 0o777).toBe(0o600);
  expect(readdirSync(folder)).toEqual(["perimeter.json"]);
});

it("changes one after another, and a change that fails leaves it as it was", async () => {
  const { file } = open();
  const add = (name: string) => (now: PerimeterFile) => ({
    ...now,
    enrolments: [...now.enrolments, { ...enrolment, name }],
  });
  const failing = file.change(() => {
    throw new Error("no");
  });
  await Promise.all([...["a", "b", "c"].map((name) => file.change(add(name))), expect(failing).rejects.toThrow("no")]);
  expect((await file.read()).enrolments.map(({ name }) => name)).toEqual(["a", "b", "c"]);
  await expect(file.change(add("b"))).rejects.toThrow("enrolments[3].name: 'b' is taken");
  expect((await file.read()).enrolments).toHaveLength(3);
});

it.each([
  ["no JSON", '{\n "version": 1,,\n}', "Line 2: it is not JSON"],
  ["half a file", '{"version": 1,', "Line 1: it is not JSON"],
  ["another version", textOf({ version: 2 }), "version:"],
  ["a field too much", textOf({ proxy: "http://10.0.0.1" }), "proxy"],
  ["a field too few", '{"version":1}', "servers:"],
  ["a wrong port", textOf({ listener: { address: "10.0.0.2", port: 70_000 } }), "listener.port:"],
  ["a name twice", textOf({ enrolments: [enrolment, enrolment] }), "enrolments[1].name: 'files' is taken"],
  ["a short secret", textOf({ enrolments: [{ ...enrolment, secret: "00" }] }), "enrolments[0].secret:"],
  ["no object", "null", "The whole file:"],
])("with %s nothing is open, and it is not put right by itself", async (_, text, where) => {
  const { file } = open(text);
  const refused = { code: "perimeter.refused", message: expect.stringContaining(where) };
  await expect(file.read()).rejects.toMatchObject(refused);
  await expect(file.change(() => emptyPerimeter)).rejects.toMatchObject(refused);
  expect(readFileSync(file.path, "utf8")).toBe(text);
});
