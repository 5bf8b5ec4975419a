import { execFileSync } from "node:child_process";
import { chmodSync, mkdtempSync, readdirSync, realpathSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

export interface AttemptPrograms {
  /** The folder they are in, to be granted read-only. */
  readonly folder: string;
  readonly attempt: string;
  /** Belongs to root and has the setuid bit when the tests run as root. */
  readonly showEuid: string;
  dispose(): void;
}

/**
 * Compiles the attempts into a folder of their own that every user can read.
 * @throws Error when there is no C compiler, or the programs do not compile.
 */
export function buildPrograms(): AttemptPrograms {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-attempts-")));
  chmodSync(folder, 0o755);
  const here = import.meta.dirname;
  const parts = readdirSync(here).filter((name) => name.endsWith(".c") && name !== "show-euid.c");
  const attempt = join(folder, "attempt");
  const showEuid = join(folder, "show-euid");
  const compile = (out: string, sources: readonly string[]) =>
    execFileSync("cc", ["-O1", "-Wall", "-Wextra", "-Werror", "-o", out, ...sources.map((name) => join(here, name))], {
      stdio: ["ignore", "ignore", "inherit"],
    });
  compile(attempt, parts);
  compile(showEuid, ["show-euid.c"]);
  if (process.getuid?.() === 0) chmodSync(showEuid, 0o4755);
  return { folder, attempt, showEuid, dispose: () => rmSync(folder, { recursive: true, force: true }) };
}
