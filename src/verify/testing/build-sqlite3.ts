import { spawn } from "node:child_process";
import { cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const root = fileURLToPath(new URL("../../../", import.meta.url));
const source = join(root, "node_modules/sqlite3");

/**
 * The compiled half of the package sqlite3, which a published server stands on. It is compiled once, from the source in the package,
 * and kept in .state. Null, loudly, where there is no compiler or there are no headers of Node.
 */
export async function buildSqlite3(): Promise<string | null> {
  const { version } = JSON.parse(readFileSync(join(source, "package.json"), "utf8")) as { version: string };
  const kept = join(root, `.state/native/sqlite3-${version}-${process.platform}-${process.arch}.node`);
  if (existsSync(kept)) return kept;
  const headers = [process.env["npm_config_nodedir"], "/usr", "/usr/local"].find(
    (place) => place !== undefined && existsSync(join(place, "include/node/node_api.h")),
  );
  if (headers === undefined) return skipped("no headers of Node: set npm_config_nodedir");
  mkdirSync(join(root, ".state/native"), { recursive: true });
  // Inside of the repository, where what its build needs is found.
  const work = mkdtempSync(join(root, ".state/native/work-"));
  try {
    const copy = join(work, "sqlite3");
    cpSync(source, copy, { recursive: true });
    const gyp = join(source, "node_modules/node-gyp/bin/node-gyp.js");
    // Without optimizing it takes half a minute instead of more than one.
    const said = await run([gyp, "rebuild", "--debug", `--nodedir=${headers}`, "-C", copy]);
    const built = join(copy, "build/Debug/node_sqlite3.node");
    if (!existsSync(built)) return skipped(said.slice(-2000));
    renameSync(built, kept);
    return kept;
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

function run(args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, args, {
      stdio: ["ignore", "pipe", "pipe"],
      env: { ...process.env, JOBS: "2" },
    });
    let said = "";
    for (const stream of [child.stdout, child.stderr])
      stream.setEncoding("utf8").on("data", (text: string) => (said += text));
    child.once("error", (error) => resolve(error.message));
    child.once("close", () => resolve(said));
  });
}

function skipped(why: string): null {
  console.warn(`skipped: sqlite3 was not compiled, so the published SQLite server is not tried: ${why}`);
  return null;
}
