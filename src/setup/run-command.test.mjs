import { spawn } from "node:child_process";
import { describe, expect, it } from "vitest";
import { lastLines, runCommand } from "./run-command.mjs";

describe("running a program", () => {
  it("gives its exit code and what it wrote, and hands arguments over as they are", async () => {
    const code = "console.log(process.argv[1]); console.error('and this'); process.exitCode = 3;";
    const ended = await runCommand(process.execPath, ["-e", code, "a b; $(echo no) \"'"]);
    expect(ended).toMatchObject({ code: 3, signal: null });
    expect(ended.output).toContain("a b; $(echo no) \"'\n");
    expect(ended.output).toContain("and this");
  });

  it("rejects when there is no such program, or its time is over", async () => {
    await expect(runCommand("/no/such/program", [])).rejects.toThrow("ENOENT");
    const signal = AbortSignal.timeout(200);
    await expect(runCommand(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { signal })).rejects.toThrow(
      /abort/i,
    );
  });

  it.skipIf(process.platform === "win32")("told to end, ends the program first and then itself", async () => {
    const module = new URL("run-command.mjs", import.meta.url).href;
    // The program takes 300 ms to tidy up, as npm does.
    const program = `process.on("SIGTERM", () => setTimeout(() => process.exit(0), 300)); console.log(process.pid); setInterval(() => {}, 1000);`;
    const code = `const { runCommand } = await import(${JSON.stringify(module)});
      await runCommand(process.execPath, ["-e", ${JSON.stringify(program)}], { onOutput: (text) => console.log(text.trim()) });
      console.log("went on");`;
    const child = spawn(process.execPath, ["--input-type=module", "-e", code], {
      stdio: ["ignore", "pipe", "inherit"],
    });
    let output = "";
    const pid = await new Promise((resolve) => {
      child.stdout.on("data", (text) => {
        output += String(text);
        resolve(Number(output));
      });
    });
    child.kill("SIGTERM");
    expect(await new Promise((resolve) => child.once("close", resolve))).toBe(143);
    expect(() => process.kill(pid, 0)).toThrow("ESRCH");
    expect(output).not.toContain("went on");
  });

  it("keeps the last lines that say something", () => {
    expect(lastLines("npm warn x\none\n\n  \ntwo\nnpm notice y\nthree\n", 2)).toBe("two\nthree");
  });
});
