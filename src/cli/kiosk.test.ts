import { spawn } from "node:child_process";
import { scryptSync } from "node:crypto";
import { chmod, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { parsePinLine } from "../shared/kiosk-pin.ts";
import { pinLine } from "./kiosk.ts";

const main = fileURLToPath(new URL("main.ts", import.meta.url));
const example = fileURLToPath(new URL("../../resources/kiosk/kiosk.example.json", import.meta.url));

let folder: string;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "kiosk-command-"));
});
afterAll(async () => await rm(folder, { recursive: true }));

interface Ended {
  readonly code: number | null;
  readonly output: string;
}

/** Runs a command and answers each question of the terminal in turn. */
async function run(command: readonly string[], answers: readonly string[] = []): Promise<Ended> {
  const [program = "", ...words] = command;
  const child = spawn(program, words, {
    stdio: ["pipe", "pipe", "pipe"],
    env: { ...process.env, INDOORS_DATA: folder },
  });
  let output = "";
  let asked = 0;
  const take = (text: string) => {
    output += text;
    const questions = output.match(/(?:The new PIN|Once more): /g)?.length ?? 0;
    while (asked < questions) child.stdin.write(answers[asked++] ?? "");
  };
  child.stdout.setEncoding("utf8").on("data", take);
  child.stderr.setEncoding("utf8").on("data", take);
  return await new Promise((resolve) => child.once("close", (code) => resolve({ code, output })));
}

const indoors = (...words: readonly string[]) => run([process.execPath, main, "kiosk", ...words]);
/** `script` gives it a terminal: what is shown is what the command lets be shown. */
const onTerminal = (...answers: readonly string[]) =>
  run(["script", "--echo", "never", "-qec", `'${process.execPath}' '${main}' kiosk pin`, "/dev/null"], answers);

function matches(line: string, pin: string): boolean {
  const parsed = parsePinLine(line);
  if (parsed === null) throw new Error(`no such line: ${line}`);
  const { N, r, p, salt, hash } = parsed;
  const key = scryptSync(pin, Buffer.from(salt, "base64"), 32, { N, r, p, maxmem: 256 * N * r });
  return key.toString("base64") === hash;
}

describe.skipIf(process.platform === "win32")("indoors kiosk pin", () => {
  it("asks twice, shows nothing of it and prints the line", async () => {
    const { code, output } = await onTerminal("246810\r", "246810\r");
    expect(code).toBe(0);
    expect(output).not.toContain("246810");
    const line = /scrypt\$\S+/.exec(output)?.[0] ?? "";
    expect([matches(line, "246810"), matches(line, "246811")]).toEqual([true, false]);
  });

  it("takes back what is rubbed out", async () => {
    const { output } = await onTerminal("24681x\u007f0\r", "246810\r");
    expect(matches(/scrypt\$\S+/.exec(output)?.[0] ?? "", "246810")).toBe(true);
  });

  it.each([
    ["two that differ", ["246810\r", "246811\r"], 3, "not the same"],
    ["a short one", ["1234\r"], 3, "6 to 64"],
    ["Ctrl+C", ["24\u0003"], 130, ""],
  ])("makes nothing of %s", async (_what, answers, exitCode, words) => {
    const { code, output } = await onTerminal(...answers);
    expect(code).toBe(exitCode);
    expect(output).toContain(words);
    expect(output).not.toContain("scrypt$");
  });

  it("does not take a PIN from a pipe", async () => {
    const { code, output } = await indoors("pin");
    expect([code, output]).toEqual([3, "A PIN is asked for on a terminal only. Run this in one.\n"]);
  });
});

it("every way to write it is a line that can be copied", async () => {
  const { output } = await run([process.execPath, main, "kiosk", "--help"]);
  const lines = output.trimEnd().split("\n");
  expect(lines.map((line) => line.slice(0, 14))).toEqual(["indoors kiosk ", "indoors kiosk "]);
});

describe("indoors kiosk check", () => {
  const config = async (changes: object = {}) => ({
    ...{ version: 1, views: ["recordings"], idleSeconds: 60, countdownSeconds: 10, exportFolder: null },
    pin: await pinLine("246810"),
    ...changes,
  });
  const write = async (name: string, value: unknown, mode = 0o640) => {
    const file = join(folder, name);
    await writeFile(file, JSON.stringify(value));
    await chmod(file, mode);
    return file;
  };

  it("says what a good file means", async () => {
    const { code, output } = await indoors("check", await write("good.json", await config()));
    expect(code).toBe(0);
    expect(output).toContain("good.json can be used.");
    expect(output).toContain("Exports: none");
    expect(output).not.toContain("chmod");
    expect(output).not.toContain("scrypt");
  });

  it("takes the file of the data folder when the administrator has none", async () => {
    const file = await write("kiosk.json", await config());
    const { code, output } = await indoors("check", "--json");
    expect(code).toBe(0);
    expect(JSON.parse(output)).toMatchObject({ file, config: { views: ["recordings"] } });
    expect(output).not.toContain("scrypt");
  });

  it.skipIf(process.platform === "win32")("warns of what may be read, written and seen", async () => {
    const file = await write("open.json", await config({ views: ["chat", "audit"], exportFolder: "/nowhere" }), 0o666);
    const { output } = await indoors("check", file);
    for (const words of ["others may write", "everybody may read", "strangers will see audit", "/nowhere", "in chat"]) {
      expect(output).toContain(words);
    }
  });

  it("names file, field and remedy of a wrong one, and its exit code is 3", async () => {
    const { code, output } = await indoors("check", await write("wrong.json", await config({ pin: "1234" })));
    expect(code).toBe(3);
    expect(output).toMatch(/wrong\.json\. `pin` is not a line that `indoors kiosk pin` has made/);
    expect((await indoors("check", join(folder, "absent.json"))).code).toBe(3);
    expect((await indoors("open")).code).toBe(2);
  });

  it("finds the example right but for its PIN, which is nobody's", async () => {
    const { code, output } = await indoors("check", example);
    expect(code).toBe(3);
    expect(output).toContain("`pin`");
  });
});
