import { execFileSync, spawn } from "node:child_process";
import { mkdirSync, mkdtempSync, readFileSync, rmSync, statSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeEach, describe, expect, it } from "vitest";
import { CaptureWriter } from "./capture-writer.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-capture-"));
const path = join(folder, "audio.wav");
const header = "H".repeat(44);
const bytes = (...values: number[]) => Uint8Array.from(values);
let writer: CaptureWriter;

beforeEach(() => {
  writeFileSync(path, header);
  writer = new CaptureWriter();
});
afterEach(() => writer.dispose());
afterAll(() => rmSync(folder, { recursive: true }));

it("puts samples behind the header, in order, and in the file when it answers", async () => {
  await writer.open("a", { path, headerBytes: 44 });
  expect(await Promise.all([writer.append("a", bytes(1, 2)), writer.append("a", bytes(3, 4, 5, 6))])).toEqual([46, 50]);
  expect(readFileSync(path, "latin1")).toBe(`${header}\x01\x02\x03\x04\x05\x06`);
  expect(writer.active()).toEqual(["a"]);
  await writer.close("a");
  expect(writer.active()).toEqual([]);
});

it("goes on at the end of a file, over half a sample that was left", async () => {
  writeFileSync(path, `${header}\x01\x02\x03`);
  await writer.open("a", { path, headerBytes: 44 });
  await writer.append("a", bytes(8, 9));
  expect(readFileSync(path, "latin1")).toBe(`${header}\x01\x02\x08\x09`);
});

describe("refuses", () => {
  it("captures that it did not open, or closed", async () => {
    await expect(writer.append("b", bytes(1, 2))).rejects.toMatchObject({ code: "not-found" });
    await writer.open("a", { path, headerBytes: 44 });
    await writer.close("a");
    await expect(writer.append("a", bytes(1, 2))).rejects.toMatchObject({ code: "not-found" });
    expect(statSync(path).size).toBe(44);
  });

  it("the same one twice, also at the same time", async () => {
    const both = await Promise.allSettled([
      writer.open("a", { path, headerBytes: 44 }),
      writer.open("a", { path, headerBytes: 44 }),
    ]);
    expect(both.map(({ status }) => status)).toEqual(["fulfilled", "rejected"]);
    await expect(writer.open("a", { path, headerBytes: 44 })).rejects.toMatchObject({ code: "input.invalid" });
  });

  it("half samples and too many of them", async () => {
    await writer.open("a", { path, headerBytes: 44 });
    await expect(writer.append("a", bytes(1))).rejects.toMatchObject({ code: "input.invalid" });
    await expect(writer.append("a", new Uint8Array(320_002))).rejects.toMatchObject({ code: "input.invalid" });
    expect(await writer.append("a", new Uint8Array(320_000))).toBe(320_044);
  });

  it("a file that is not there, and a link in its place", async () => {
    const gone = { path: join(folder, "gone.wav"), headerBytes: 44 };
    await expect(writer.open("a", gone)).rejects.toMatchObject({ code: "file.unreadable" });
    const link = join(folder, "link.wav");
    symlinkSync(path, link);
    await expect(writer.open("a", { path: link, headerBytes: 44 })).rejects.toMatchObject({ code: "file.unreadable" });
  });
});

it("a killed program loses nothing that was answered", async () => {
  const module = new URL("./capture-writer.ts", import.meta.url).href;
  const program = `
    const { CaptureWriter } = await import(${JSON.stringify(module)});
    const writer = new CaptureWriter();
    await writer.open("a", { path: ${JSON.stringify(path)}, headerBytes: 44 });
    for (;;) process.send(await writer.append("a", new Uint8Array(3200).fill(7)));`;
  const child = spawn(process.execPath, ["--input-type=module", "-e", program], {
    stdio: ["ignore", "inherit", "inherit", "ipc"],
  });
  let answered = 0;
  await new Promise<void>((resolve) => {
    child.on("message", (length: number) => {
      answered = length;
      if (length > 44 + 20 * 3200) child.kill("SIGKILL");
    });
    child.on("exit", () => resolve());
  });
  expect(answered).toBeGreaterThan(44 + 20 * 3200);
  expect(statSync(path).size).toBeGreaterThanOrEqual(answered);
});

it("a full disk is said, keeps what was recorded, and the recording goes on when there is room", async ({ skip }) => {
  const disk = join(folder, "disk");
  mkdirSync(disk);
  try {
    execFileSync("mount", ["-t", "tmpfs", "-o", "size=68m", "tmpfs", disk], { stdio: "ignore" });
  } catch {
    console.warn("skipped: a small disk cannot be mounted here");
    return skip();
  }
  try {
    const small = join(disk, "audio.wav");
    writeFileSync(small, header);
    await writer.open("a", { path: small, headerBytes: 44 });
    await writer.append("a", bytes(1, 2));
    const filler = join(disk, "filler");
    execFileSync("sh", ["-c", `head -c 70m /dev/zero > ${filler} || true`], { stdio: "ignore" });
    await expect(writer.append("a", new Uint8Array(320_000))).rejects.toThrow(/disk is full/);
    // Nearly full: another recording does not even begin.
    await expect(writer.open("b", { path: small, headerBytes: 44 })).rejects.toThrow(/disk is full/);
    rmSync(filler);
    expect(await writer.append("a", bytes(3, 4))).toBe(48);
    expect(readFileSync(small, "latin1").slice(0, 48)).toBe(`${header}\x01\x02\x03\x04`);
  } finally {
    await writer.dispose();
    execFileSync("umount", [disk]);
  }
});
