import { spawn } from "node:child_process";
import {
  chmodSync,
  chownSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";
import { sandboxReport } from "../shared/sandbox.ts";
import { canSeal, isRoot } from "../tools/sandbox/testing/machine.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-exec-"));
chmodSync(folder, 0o755);
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const entry = fileURLToPath(new URL("../cli/main.ts", import.meta.url));
/** Somebody who owns nothing here. */
const stranger = 12345;
const asStranger = ["setpriv", `--reuid=${stranger}`, `--regid=${stranger}`, "--clear-groups", "--"];

/** `indoors sandbox …` as a user would type it, by this user or by another one. */
async function indoors(words: readonly string[], { stdin = "", user = [] as readonly string[] } = {}) {
  const [file = "", ...args] = [...user, process.execPath, entry, "sandbox", ...words];
  const env = { PATH: process.env["PATH"] ?? "", INDOORS_DATA: join(folder, "data"), SECRET: "of the host" };
  const child = spawn(file, args, { env, stdio: ["pipe", "pipe", "pipe"] });
  child.stdin.on("error", () => {}).end(stdin);
  const code = new Promise<number | null>((resolve) => child.once("close", resolve));
  const [stdout, stderr] = await Promise.all([text(child.stdout), text(child.stderr)]);
  return { code: await code, stdout, stderr };
}

let made = 0;
function newFolder(files: Readonly<Record<string, string>>, owner?: number): string {
  const path = join(folder, `grant-${made++}`);
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) {
    writeFileSync(join(path, name), content);
    if (owner !== undefined) chownSync(join(path, name), owner, owner);
  }
  if (owner !== undefined) chownSync(path, owner, owner);
  return path;
}

const users: readonly (readonly [string, readonly string[], number | undefined])[] = isRoot
  ? [
      ["root", [], undefined],
      ["an ordinary user", asStranger, stranger],
    ]
  : [["this user", [], undefined]];

describe.skipIf(!canSeal).each(users)("indoors sandbox, as %s", (_name, user, owner) => {
  it("probe prints a report that a program can read, at level A", async () => {
    const { code, stdout } = await indoors(["probe", "--json"], { user });
    const report = sandboxReport.parse(JSON.parse(stdout));
    expect([code, report.level, report.runningAsRoot]).toEqual([0, "A", owner === undefined && isRoot]);
  });

  it("exec passes words, stdin, both outputs and the exit code, and takes no option of the command's for its own", async () => {
    const ran = await indoors(
      ["exec", "--", "sh", "-c", 'cat; echo "$@" >&2; exit 9', "sh", "--json", "--", "--help"],
      {
        stdin: "in",
        user,
      },
    );
    expect(ran).toEqual({ code: 9, stdout: "in", stderr: "--json -- --help\n" });
  });

  it("exec ends with 128 and the signal", async () => {
    expect((await indoors(["exec", "--", "sh", "-c", "kill -9 $$"], { user })).code).toBe(137);
  });

  it("exec hides the host's environment and files, and finds node", async () => {
    const script = "console.log(process.env.SECRET, require('node:fs').existsSync(process.argv[1]), process.version)";
    const { stdout } = await indoors(["exec", "--", "node", "-e", script, entry], { user });
    expect(stdout).toBe(`undefined false ${process.version}\n`);
  });

  it("exec writes what was changed in a folder granted for writing, and nothing with a plain grant", async () => {
    const granted = newFolder({ "a.txt": "before\n", "b.txt": "goes\n" }, owner);
    const script = "echo after > a.txt && rm b.txt && mkdir sub && echo new > sub/c.txt";
    const refused = await indoors(["exec", "--grant", granted, "--", "sh", "-c", script], { user });
    expect([refused.code === 0, readdirSync(granted).toSorted()]).toEqual([false, ["a.txt", "b.txt"]]);
    const ran = await indoors(["exec", "--grant", `${granted}:rw`, "--", "sh", "-c", script], { user });
    expect(ran).toEqual({ code: 0, stdout: "", stderr: "" });
    expect(readdirSync(granted, { recursive: true }).toSorted()).toEqual(["a.txt", "sub", "sub/c.txt"]);
    expect(readFileSync(join(granted, "a.txt"), "utf8")).toBe("after\n");
  });

  it("exec says what is never written, writes the rest, and ends with 3", async () => {
    const granted = newFolder({}, owner);
    const script = "mkdir -p .git/hooks && echo x > .git/hooks/pre-commit && echo y > fine.txt";
    const { code, stderr } = await indoors(["exec", "--grant", `${granted}:rw`, "--", "sh", "-c", script], { user });
    expect(code).toBe(3);
    expect(stderr).toContain("hooks/pre-commit");
    expect(readFileSync(join(granted, "fine.txt"), "utf8")).toBe("y\n");
    expect(existsSync(join(granted, ".git/hooks/pre-commit"))).toBe(false);
  });

  it("exec writes nothing of a command that went over a limit, and says which", async () => {
    const granted = newFolder({}, owner);
    const script = "echo x > kept.txt; head -c 9000000 /dev/zero";
    const { code, stdout, stderr } = await indoors(["exec", "--grant", `${granted}:rw`, "--", "sh", "-c", script], {
      user,
    });
    expect(code).toBe(137);
    expect(stdout.length).toBeLessThanOrEqual(8 * 1024 * 1024);
    expect(stderr).toContain("bytes of output");
    expect(readdirSync(granted)).toEqual([]);
  });
});

it.skipIf(!canSeal)("exec says what it cannot find or may not grant", async () => {
  const unknown = await indoors(["exec", "--", "no-such-program"]);
  expect([unknown.code, unknown.stderr]).toEqual([3, expect.stringContaining("search path")]);
  const system = await indoors(["exec", "--grant", "/usr/share", "--", "true"]);
  expect([system.code, system.stderr]).toEqual([3, expect.stringContaining("belongs to the operating system")]);
  expect((await indoors(["exec"])).code).toBe(2);
  expect((await indoors(["fly"])).code).toBe(2);
});

if (!isRoot)
  console.warn("skipped: not root, so no files of other groups can be made: writing beside them is not tested");
it.skipIf(!canSeal || !isRoot)("an ordinary user can change what others own as far as its rights go", async () => {
  const granted = newFolder({}, stranger);
  const shared = join(granted, "shared");
  const closed = join(granted, "closed");
  for (const path of [shared, closed]) mkdirSync(path);
  writeFileSync(join(shared, "own.txt"), "own\n");
  writeFileSync(join(shared, "open.txt"), "open\n");
  writeFileSync(join(closed, "root.txt"), "root\n");
  chownSync(shared, stranger, 100);
  chownSync(join(shared, "own.txt"), stranger, 100);
  chmodSync(join(shared, "open.txt"), 0o666);
  const script =
    "echo 1 >> shared/own.txt; echo 2 >> shared/open.txt; echo 3 > shared/new.txt; echo 4 > closed/root.txt || echo refused";
  const ran = await indoors(["exec", "--grant", `${granted}:rw`, "--", "sh", "-c", script], { user: asStranger });
  expect([ran.code, ran.stdout]).toEqual([0, "refused\n"]);
  const texts = readdirSync(shared)
    .toSorted()
    .map((name) => readFileSync(join(shared, name), "utf8"));
  expect(texts).toEqual(["3\n", "open\n2\n", "own\n1\n"]);
  expect(readFileSync(join(closed, "root.txt"), "utf8")).toBe("root\n");
});
