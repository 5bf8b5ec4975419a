import { chmodSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import type { Sandbox } from "./sandbox.ts";
import { canSeal, openHere, runIn, sealPath, shell } from "./testing/machine.ts";
import { openSandbox } from "./open-sandbox.ts";
import { toolLimits } from "./tool-limits.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors sandbox,ü\n\"':=-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

let made = 0;
function newFolder(files: Readonly<Record<string, string>> = {}): string {
  const path = join(folder, `grant ${made++}`);
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

describe.skipIf(!canSeal)("the sandbox at level A", () => {
  let sandbox: Sandbox;
  beforeAll(async () => {
    sandbox = await openHere();
  });
  afterAll(() => sandbox.dispose());

  it("is level A here, and every check says so", () => {
    expect(sandbox.report).toMatchObject({ level: "A", launcher: "bubblewrap", staging: true });
    expect(sandbox.report.checks.filter(({ state }) => state === "escaped" || state === "failed")).toEqual([]);
    expect(sandbox.report.checks.length).toBeGreaterThan(30);
  });

  it("passes stdin, both outputs, the arguments and the exit code", async () => {
    const command = shell('cat; echo "$1" >&2; exit 7');
    const ran = await runIn(sandbox, { ...command, args: [...command.args, "sh", "a b"] }, "hello");
    expect(ran).toEqual({ exit: { code: 7, signal: null, limit: null }, stdout: "hello", stderr: "a b\n" });
  });

  it("tells the signal that ended it", async () => {
    expect((await runIn(sandbox, shell("kill -TERM $$"))).exit).toEqual({ code: null, signal: "SIGTERM", limit: null });
  });

  it("gives the whole environment and nothing of the host's", async () => {
    const command = shell("env | sort");
    const { stdout } = await runIn(sandbox, { ...command, file: "/usr/bin/env", args: [], env: { ONE: "a=b\nc" } });
    expect(stdout.replace("PWD=/tmp\n", "")).toBe("ONE=a=b\nc\n");
  });

  it("says why a program was not started, and leaves nothing", async () => {
    await expect(sandbox.start({ ...shell(""), file: "/nowhere/program" })).rejects.toThrow(
      /was not started: \/nowhere\/program\. .*No such file/,
    );
    await expect(sandbox.start(shell("", { readOnly: ["/nowhere"] }))).rejects.toThrow(/nowhere: No such file/);
    await expect(sandbox.start(shell("", { cwd: "/nowhere" }))).rejects.toThrow(/nowhere/);
  });

  it.each(["/", "/usr", "/usr/share/doc", "/proc", "/etc", "/run", "/tmp/../etc", "relative"])(
    "refuses to grant %s",
    async (path) => {
      const grants = [{ name: "g", path, mode: "ro" as const }];
      await expect(sandbox.start(shell("true", { grants }))).rejects.toMatchObject({ code: "input.invalid" });
    },
  );

  it("shows a read-only grant at its own path, and only that", async () => {
    const [granted, other] = [newFolder({ "a.txt": "text" }), newFolder({ "b.txt": "secret" })];
    const script = `cat a.txt; echo x > new || echo refused; cat '${join(other, "b.txt").replaceAll("'", `'\\''`)}' || echo hidden`;
    const grants = [{ name: "g", path: granted, mode: "ro" as const }];
    const { stdout } = await runIn(sandbox, shell(script, { grants, cwd: granted }));
    expect(stdout).toBe("textrefused\nhidden\n");
    expect(readdirSync(granted)).toEqual(["a.txt"]);
    // The control: the same script outside finds the other folder by that path.
    expect(readFileSync(join(other, "b.txt"), "utf8")).toBe("secret");
  });

  it("keeps writes in a layer, which the host reads until it is let go, and leaves the folder alone", async () => {
    const granted = newFolder({ "kept.txt": "kept", "changed.txt": "before", "gone.txt": "gone" });
    const script = "echo new > new.txt; echo after > changed.txt; rm gone.txt; cat kept.txt; ls | tr '\\n' ' '";
    const grants = [{ name: "g", path: granted, mode: "rw" as const }];
    const running = await sandbox.start(shell(script, { grants, cwd: granted }));
    try {
      expect(await running.exited).toEqual({ code: 0, signal: null, limit: null });
      const [layer] = running.staged;
      expect(layer?.grant.name).toBe("g");
      expect(readdirSync(layer?.folder ?? "").toSorted()).toEqual(["changed.txt", "gone.txt", "new.txt"]);
      expect(readFileSync(join(layer?.folder ?? "", "changed.txt"), "utf8")).toBe("after\n");
      expect(readdirSync(layer?.merged ?? "").toSorted()).toEqual(["changed.txt", "kept.txt", "new.txt"]);
    } finally {
      await running.dispose();
    }
    expect(readdirSync(granted).toSorted()).toEqual(["changed.txt", "gone.txt", "kept.txt"]);
    expect(readFileSync(join(granted, "changed.txt"), "utf8")).toBe("before");
    expect(() => readdirSync(running.staged[0]?.folder ?? "")).toThrow();
  });

  it("lets a program write its own folder for good, and nothing beside it", async () => {
    const [own, beside] = [newFolder({ "kept.txt": "kept" }), newFolder()];
    const quoted = `'${join(beside, "new").replaceAll("'", `'\\''`)}'`;
    const script = `cat kept.txt; echo new > new.txt && rm kept.txt && echo own; echo x > ${quoted} || echo refused`;
    const command = shell(script, { cwd: own });
    expect((await runIn(sandbox, { ...command, writable: [own] })).stdout).toBe("keptown\nrefused\n");
    expect(readdirSync(own)).toEqual(["new.txt"]);
    expect(readdirSync(beside)).toEqual([]);
    // The control: the same folder as a grant stays as it is, and the other one can be written when it is named.
    const grants = [{ name: "g", path: own, mode: "rw" as const }];
    expect((await runIn(sandbox, shell("echo x > staged", { grants, cwd: own }))).exit.code).toBe(0);
    expect(readdirSync(own)).toEqual(["new.txt"]);
    expect((await runIn(sandbox, { ...command, writable: [own, beside] })).stdout).not.toContain("refused");
    expect(readdirSync(beside)).toEqual(["new"]);
  });

  it("refuses a folder for writing that belongs to the system, or overlaps a grant or another one", async () => {
    const outer = newFolder();
    const inner = join(outer, "inner");
    mkdirSync(inner);
    const grant = (path: string) => [{ name: "g", path, mode: "ro" as const }];
    const start = (writable: readonly string[], grants = grant(newFolder())) =>
      sandbox.start({ ...shell("true", { grants }), writable });
    for (const path of ["/", "/usr/share/doc", "/etc", "/tmp/../etc", "relative"]) {
      await expect(start([path]), path).rejects.toMatchObject({ code: "input.invalid" });
    }
    await expect(start([inner], grant(outer))).rejects.toThrow(/overlaps/);
    await expect(start([outer], grant(inner))).rejects.toThrow(/overlaps/);
    await expect(start([outer], grant(outer))).rejects.toThrow(/overlaps/);
    await expect(start([outer, inner])).rejects.toThrow(/overlaps/);
    await (await start([inner, newFolder()])).dispose();
  });

  it("keeps the layers of two grants apart, one inside the other, each with its mode", async () => {
    const outer = newFolder({ "outer.txt": "" });
    const [readOnly, inner] = [join(outer, "ro"), join(outer, "ro", "rw")];
    for (const path of [readOnly, inner]) mkdirSync(path);
    const grants = [
      { name: "inner", path: inner, mode: "rw" as const },
      { name: "ro", path: readOnly, mode: "ro" as const },
      { name: "outer", path: outer, mode: "rw" as const },
    ];
    const running = await sandbox.start(
      shell("echo 1 > one; echo 2 > ro/two && exit 9; echo 3 > ro/rw/three", { grants, cwd: outer }),
    );
    try {
      expect((await running.exited).code).toBe(0);
      const names = running.staged.map(({ grant, folder: layer }) => [grant.name, readdirSync(layer)]);
      expect(names).toEqual([
        ["outer", ["one"]],
        ["inner", ["three"]],
      ]);
    } finally {
      await running.dispose();
    }
    expect(readdirSync(inner)).toEqual([]);
  });

  it("runs Node with its seat belt on, in a folder with a strange name", async () => {
    const granted = newFolder({ "a.txt": "text" });
    const script = "console.log(require('node:fs').readFileSync('a.txt', 'utf8'))";
    const { stdout } = await runIn(sandbox, {
      ...shell(""),
      file: process.execPath,
      args: ["--permission", `--allow-fs-read=${granted}`, "-e", script],
      grants: [{ name: "g", path: granted, mode: "ro" }],
      cwd: granted,
    });
    expect(stdout).toBe("text\n");
  });

  it("probes again with a new name", async () => {
    const before = sandbox.report.probeId;
    const [one, other] = await Promise.all([sandbox.probe(), sandbox.probe()]);
    expect(one).toBe(other);
    expect(sandbox.report).toBe(one);
    expect(one.probeId).not.toBe(before);
  });

  it("ends everything when it is disposed of, what is just starting included", async () => {
    const own = await openHere();
    const running = await own.start(shell("sleep 100"));
    const starting = own.start(shell("sleep 100"));
    await own.dispose();
    expect((await running.exited).signal).toBe("SIGKILL");
    expect((await (await starting).exited).signal).toBe("SIGKILL");
  });
});

describe("without a sandbox", () => {
  it("is level D, says what is missing and what to do, and starts nothing", async () => {
    const sandbox = await openSandbox({ sealPath: join(folder, "seal"), nodePath: process.execPath, onLog: () => {} });
    expect(sandbox.report).toMatchObject({ level: "D", launcher: "none", staging: false });
    expect(sandbox.report.missing.join()).toMatch(process.platform === "linux" ? /Run indoors setup/ : /Use Linux/);
    await expect(sandbox.start(shell("true"))).rejects.toMatchObject({ code: "sandbox.unavailable" });
  });

  it.skipIf(!canSeal)("a helper that does not seal is found out, and nothing is run with it", async () => {
    const fake = join(folder, "seal-that-lies");
    // It runs the program without any seal and says that all is well.
    writeFileSync(
      fake,
      `#!/bin/sh\n[ "$1" = probe ] && exec '${sealPath}' "$@"\nwhile [ "$1" != "--" ]; do shift; done\nshift\n` +
        `case "$1" in *bwrap) echo "error no bwrap here" >&3; exit 125;; esac\n` +
        `while [ "$1" != "--" ]; do shift; done; shift\n` +
        `echo ready >&4; head -c 1 <&4 >/dev/null; exec 4>&-; "$@" 3>&-; echo "exit $? 0" >&3; exec <&- >&- 2>&-; read line <&3\n`,
    );
    chmodSync(fake, 0o755);
    const sandbox = await openSandbox({ sealPath: fake, nodePath: process.execPath, onLog: () => {} });
    expect(sandbox.report.level).toBe("D");
    expect(sandbox.report.missing.join()).toContain("does not hold here");
  });

  it.skipIf(!canSeal)("refuses writable grants where they cannot be staged", async () => {
    const sandbox = await openHere("landlock");
    try {
      expect(sandbox.report).toMatchObject({ level: "B", launcher: "landlock", staging: false });
      const granted = newFolder({ "a.txt": "text" });
      const ran = await runIn(
        sandbox,
        shell(`cat a.txt; cat /etc/passwd || echo hidden; echo x > b || echo refused; echo y > $TMPDIR/c && echo own`, {
          grants: [{ name: "g", path: granted, mode: "ro" }],
          cwd: granted,
        }),
      );
      expect(ran.stdout).toBe("texthidden\nrefused\nown\n");
      const grants = [{ name: "g", path: granted, mode: "rw" as const }];
      await expect(sandbox.start(shell("true", { grants }))).rejects.toMatchObject({ code: "sandbox.unavailable" });
      // A folder of its own can be written here, too.
      const write = shell("echo x > b && echo own || echo refused", { cwd: granted });
      expect((await runIn(sandbox, { ...write, readOnly: [granted] })).stdout).toBe("refused\n");
      expect((await runIn(sandbox, { ...write, writable: [granted] })).stdout).toBe("own\n");
    } finally {
      await sandbox.dispose();
    }
  });
});

it("the limits are those of the contract", () => {
  expect(toolLimits.processes).toBe(64);
  expect(sealPath).toMatch(/resources\/sandbox\/seal$/);
});
