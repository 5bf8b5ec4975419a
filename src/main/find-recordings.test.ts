import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findRecordings } from "./find-recordings.ts";

const root = mkdtempSync(join(tmpdir(), "indoors-find-"));
const never = new AbortController().signal;
const at = (...names: string[]) => join(root, ...names);
afterAll(() => rmSync(root, { recursive: true }));

beforeAll(() => {
  mkdirSync(at("clinic", "june", "deep"), { recursive: true });
  mkdirSync(at("clinic", ".trash"), { recursive: true });
  mkdirSync(at("elsewhere"));
  for (const name of ["talk 10.wav", "talk 9.WAV", "notes.txt", "film.mp4", ".hidden.wav"])
    writeFileSync(at("clinic", name), "");
  writeFileSync(at("clinic", "june", "deep", "call.opus"), "");
  writeFileSync(at("clinic", ".trash", "old.wav"), "");
  writeFileSync(at("elsewhere", "private.wav"), "");
  symlinkSync(at("elsewhere"), at("clinic", "june", "link"));
  symlinkSync(at("elsewhere", "private.wav"), at("clinic", "june", "link.wav"));
  symlinkSync(at("clinic"), at("clinic", "june", "circle"));
});

it("finds recordings in folders, however deep, in the order of their names", async () => {
  expect(await findRecordings([at("clinic")], never)).toEqual({
    paths: [
      at("clinic", "film.mp4"),
      at("clinic", "talk 9.WAV"),
      at("clinic", "talk 10.wav"),
      at("clinic", "june", "deep", "call.opus"),
    ],
    // notes.txt, and the three links
    passedOver: 4,
  });
});

it("a link is followed when a person named it", async () => {
  const link = at("clinic", "june", "link");
  expect((await findRecordings([link], never)).paths).toEqual([join(link, "private.wav")]);
});

it("files and folders mixed, each file once, what is not there passed over", async () => {
  const film = at("clinic", "film.mp4");
  const { paths, passedOver } = await findRecordings(
    [film, film, at("clinic", "notes.txt"), at("gone"), at("elsewhere")],
    never,
  );
  expect([paths, passedOver]).toEqual([[film, at("elsewhere", "private.wav")], 2]);
});

describe("limits", () => {
  it("on files: the rest is counted", async () => {
    const { paths, passedOver } = await findRecordings([at("clinic")], never, { depth: 64, files: 2 });
    expect([paths.length, passedOver]).toEqual([2, 3]);
  });

  it("on depth", async () => {
    const { paths } = await findRecordings([at("clinic")], never, { depth: 1, files: 100 });
    expect(paths.map((path) => path.includes("deep"))).not.toContain(true);
  });

  it("on patience", async () => {
    await expect(findRecordings([at("clinic")], AbortSignal.abort())).rejects.toMatchObject({ code: "cancelled" });
  });
});
