import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { open } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { inflateRawSync } from "node:zlib";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { inspectBundle } from "../mcp/bundle/inspect-bundle.ts";
import { installBundle } from "../mcp/bundle/install-bundle.ts";
import { withReader } from "../mcp/bundle/reader-process.ts";
import { openZipBundle } from "../mcp/bundle/zip-bundle.ts";
import { makeZip, type ZipEntry } from "../tools/testing/make-zip.ts";
import { bundleOptions, smallManifest } from "./testing/bundle-options.ts";

let folder: string;
let number = 0;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), "indoors-hostile-bundles-"));
  writeFileSync(join(folder, "outside.txt"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

const manifest: ZipEntry = { name: "manifest.json", data: smallManifest() };
const program: ZipEntry = { name: "index.js", data: "" };
const link = 0o120_777;

function written(content: Uint8Array): string {
  const path = join(folder, `${number++}.mcpb`);
  writeFileSync(path, content);
  return path;
}

/** Looks through a zip and unpacks it, as the reader does. */
async function unpack(content: Buffer, into: string): Promise<void> {
  const path = written(content);
  const file = await open(path);
  try {
    const zip = await openZipBundle(path, file, content.length);
    mkdirSync(into);
    await zip.unpack(into, { mayRun: false, onBytes: () => {}, signal: new AbortController().signal });
  } finally {
    await file.close();
  }
}

/** What a program that trusts its input does. */
function unpackNaively(content: Buffer, into: string): void {
  mkdirSync(into);
  let entry = content.readUInt32LE(content.length - 6);
  for (let left = content.readUInt16LE(content.length - 12); left > 0; left--) {
    const at = content.readUInt32LE(entry + 42);
    const nameBytes = content.readUInt16LE(entry + 28);
    const name = content.toString("utf8", entry + 46, entry + 46 + nameBytes);
    const start = at + 30 + nameBytes;
    const data = inflateRawSync(content.subarray(start, start + content.readUInt32LE(entry + 20)));
    const path = join(into, name);
    mkdirSync(dirname(path), { recursive: true });
    if (content.readUInt16LE(entry + 40) === link) symlinkSync(data.toString(), path);
    else writeFileSync(path, data);
    entry += 46 + nameBytes;
  }
}

const zeros = (megabytes: number) => Buffer.alloc(megabytes * 1_000_000);

describe("a hostile zip", () => {
  it.each<[string, readonly ZipEntry[]]>([
    ["by a path that leads out", [manifest, { name: "../escaped.txt", data: "out" }]],
    ["by a path that leads out further in", [manifest, { name: "a/b/../../../escaped.txt", data: "out" }]],
    [
      "through a link",
      [manifest, { name: "way", data: "..", claims: { mode: link } }, { name: "way/escaped.txt", data: "out" }],
    ],
  ])("writes outside %s, and is refused", async (_, entries) => {
    const content = makeZip(entries);
    // The control: without the check the file comes to be outside.
    const naive = join(folder, `naive-${number++}`);
    mkdirSync(naive);
    unpackNaively(content, join(naive, "into"));
    expect(readFileSync(join(naive, "escaped.txt"), "utf8")).toBe("out");

    const careful = join(folder, `careful-${number++}`);
    mkdirSync(careful);
    await expect(unpack(content, join(careful, "into"))).rejects.toMatchObject({
      code: "server.refused",
      data: { reason: "entry" },
    });
    expect(readdirSync(careful)).toEqual([]);
  });

  it.each<[string, string, () => Buffer]>([
    ["absolute path", "entry", () => makeZip([{ name: "/tmp/escaped.txt", data: "" }])],
    ["path of Windows", "entry", () => makeZip([{ name: "..\\escaped.txt", data: "" }])],
    ["device file", "entry", () => makeZip([{ name: "disk", data: "", claims: { mode: 0o060_600 } }])],
    ["encrypted file", "entry", () => makeZip([{ ...manifest, claims: { flags: 1 } }])],
    ["unknown packing", "entry", () => makeZip([{ ...manifest, claims: { method: 14 } }])],
    [
      "second manifest",
      "entry",
      () => makeZip([manifest, program, { ...manifest, data: smallManifest({ name: "b" }) }]),
    ],
    ["manifest that differs in case", "entry", () => makeZip([manifest, { ...manifest, name: "MANIFEST.json" }])],
    [
      "more files than are bearable",
      "too-big",
      () => makeZip(Array.from({ length: 20_001 }, (_, at) => ({ name: `${at}`, data: "" }))),
    ],
    ["bomb", "too-big", () => makeZip([manifest, { name: "zeros", data: zeros(60) }])],
    [
      "bomb that says it is small",
      "damaged",
      () => makeZip([manifest, { name: "zeros", data: zeros(60), claims: { size: 1000 } }]),
    ],
    ["wrong checksum", "damaged", () => makeZip([{ ...manifest, claims: { crc: 1 } }])],
    ["cut-off end", "damaged", () => makeZip([manifest, program]).subarray(0, -5)],
    ["something behind its end", "damaged", () => Buffer.concat([makeZip([manifest, program]), Buffer.from("x")])],
    ["no zip at all", "damaged", () => Buffer.from("<html>")],
    ["nothing", "damaged", () => Buffer.alloc(0)],
  ])("with %s is refused: %s", async (_, reason, make) => {
    const into = join(folder, `into-${number++}`);
    await expect(unpack(make(), into)).rejects.toMatchObject({ code: "server.refused", data: { reason } });
    expect(existsSync(join(folder, "escaped.txt"))).toBe(false);
  });

  it("is told from one that is in order", async () => {
    const into = join(folder, "in-order");
    const runs = { name: "bin/tool", data: "#!/bin/sh\n", claims: { mode: 0o100_755 } };
    await unpack(makeZip([manifest, program, { name: "bin/", data: "", store: true }, runs]), into);
    expect(readFileSync(join(into, "bin/tool"), "utf8")).toBe(runs.data);
    // The claim above of a bomb is one: its content alone is what the limits are about.
    expect(zeros(60).length).toBeGreaterThan(50_000_000);
  });
});

describe("the process that reads", () => {
  const install = (path: string, into: string) =>
    installBundle(path, { ...bundleOptions(), folder: into, expectedSha256: null });

  it("refuses in words, leaves nothing behind, and installs what is in order", async () => {
    const into = join(folder, "servers/small");
    const hostile = written(makeZip([manifest, program, { name: "../escaped.txt", data: "out" }]));
    await expect(inspectBundle(hostile, bundleOptions())).rejects.toThrow(
      /would write outside of its own folder.*Do not use it/,
    );
    await expect(install(hostile, into)).rejects.toThrow("would write outside");
    const lying = written(makeZip([manifest, program, { name: "zeros", data: zeros(60), claims: { size: 1000 } }]));
    await expect(install(lying, into)).rejects.toMatchObject({ data: { reason: "damaged" } });
    expect(readdirSync(into)).toEqual([]);

    const good = written(makeZip([manifest, program]));
    expect((await install(good, into)).facts).toMatchObject({ suggestedName: "small", files: 2, faults: [] });
    expect(readdirSync(join(into, "bundle")).sort()).toEqual(["index.js", "manifest.json"]);
    const way = join(folder, "way.mcpb");
    symlinkSync(good, way);
    expect(await inspectBundle(way, bundleOptions())).toMatchObject({ files: 2, faults: [] });
    // Once only: what is there is not written over.
    await expect(install(good, into)).rejects.toMatchObject({ data: { reason: "there-already" } });
  });

  it("may write its own folder only", async () => {
    const [own, other] = ["own", "other"].map((name) => join(folder, name));
    mkdirSync(own!);
    mkdirSync(other!);
    const good = written(makeZip([manifest, program]));
    const copyTo = (place: string) =>
      withReader(good, { nodePath: process.execPath, mayWrite: own! }, (reader) =>
        reader.call("look", { path: good, expectedSha256: null, copyTo: place }),
      );
    // The control first: where it may write, it does.
    await copyTo(own!);
    expect(readdirSync(own!)).toEqual(["bundle.mcpb"]);
    await expect(copyTo(other!)).rejects.toThrow();
    expect(readdirSync(other!)).toEqual([]);
  });

  it("is ended when it is silent, and when nobody waits any more", async () => {
    const good = written(makeZip([manifest, program]));
    const late = withReader(good, { ...bundleOptions(), mayWrite: null, silenceMs: 1 }, (reader, signal) =>
      reader.call("look", { path: good, expectedSha256: null, copyTo: null }, { signal }),
    );
    await expect(late).rejects.toThrow("takes too long to read");
    const signal = AbortSignal.abort();
    await expect(inspectBundle(good, { ...bundleOptions(), signal })).rejects.toMatchObject({ code: "cancelled" });
    await expect(inspectBundle(good, bundleOptions())).resolves.toMatchObject({ faults: [] });
  });
});

describe("a folder", () => {
  function folderWith(make: (path: string) => void): string {
    const path = join(folder, `folder-${number++}`);
    mkdirSync(path);
    writeFileSync(join(path, "manifest.json"), smallManifest());
    writeFileSync(join(path, "index.js"), "1");
    make(path);
    return path;
  }

  it.each<[string, string, (path: string) => void]>([
    ["a link out of it", "a link out of the folder", (path) => symlinkSync("/etc/passwd", join(path, "notes.txt"))],
    [
      "a relative link out of it",
      "a link out of the folder",
      (path) => symlinkSync("../outside.txt", join(path, "notes.txt")),
    ],
    ["a link to nothing", "a link to nothing", (path) => symlinkSync("none", join(path, "notes.txt"))],
    [
      "a link to itself",
      "a link to a folder",
      (path) => (mkdirSync(join(path, "a")), symlinkSync("../a", join(path, "a/b"))),
    ],
    ["names that differ in case", "differ only in the case", (path) => writeFileSync(join(path, "INDEX.js"), "")],
  ])("with %s is refused", async (_, why, make) => {
    await expect(inspectBundle(folderWith(make), bundleOptions())).rejects.toThrow(why);
  });

  it("with links to its own files is taken, and they are files then", async () => {
    const path = folderWith((at) => {
      mkdirSync(join(at, "node_modules/.bin"), { recursive: true });
      symlinkSync("../../index.js", join(at, "node_modules/.bin/run"));
    });
    const into = join(folder, "linked");
    const { facts } = await installBundle(path, { ...bundleOptions(), folder: into, expectedSha256: null });
    expect(facts.files).toBe(3);
    expect(readFileSync(join(into, "bundle/node_modules/.bin/run"), "utf8")).toBe("1");
  });

  it("without a manifest, or not there, is refused in words", async () => {
    const path = folderWith((at) => rmSync(join(at, "manifest.json")));
    await expect(inspectBundle(path, bundleOptions())).rejects.toThrow(
      "There is no manifest.json in it. Choose a .mcpb file",
    );
    await expect(inspectBundle(join(folder, "none"), bundleOptions())).rejects.toMatchObject({
      code: "file.unreadable",
    });
  });
});
