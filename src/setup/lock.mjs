import { mkdirSync, readFileSync, renameSync, rmSync, statSync, utimesSync, writeFileSync } from "node:fs";
import { dirname } from "node:path";
import { setTimeout as wait } from "node:timers/promises";

const heartbeatMs = 2000;
const abandonedMs = 30_000;

/**
 * Runs `work` while no other process does work under the same lock file. A holder touches the file every 2 s; a file
 * whose process is gone, or that nobody touched for 30 s (a process of another machine, a reused number), is taken over.
 * @template T
 * @param {string} path
 * @param {() => Promise<T>} work
 * @param {(holder: string) => void} [onWait] called once, with the number of the process that holds it
 * @returns {Promise<T>}
 */
export async function withLock(path, work, onWait = () => {}) {
  mkdirSync(dirname(path), { recursive: true });
  let told = false;
  while (!take(path)) {
    const holder = holderOf(path);
    if (holder !== undefined && isAbandoned(path, holder)) breakLock(path, holder);
    else {
      if (holder !== undefined && !told) onWait(holder);
      told ||= holder !== undefined;
      await wait(200);
    }
  }
  const beat = setInterval(() => utimesSync(path, new Date(), new Date()), heartbeatMs);
  beat.unref();
  try {
    return await work();
  } finally {
    clearInterval(beat);
    rmSync(path, { force: true });
  }
}

/** @param {string} path */
function take(path) {
  try {
    writeFileSync(path, String(process.pid), { flag: "wx" });
    return true;
  } catch (error) {
    if (codeOf(error) === "EEXIST") return false;
    throw error;
  }
}

/** @param {string} path */
function holderOf(path) {
  try {
    return readFileSync(path, "utf8");
  } catch (error) {
    if (codeOf(error) === "ENOENT") return undefined;
    throw error;
  }
}

/**
 * @param {string} path
 * @param {string} holder
 */
function isAbandoned(path, holder) {
  try {
    const untouchedMs = Date.now() - statSync(path).mtimeMs;
    if (untouchedMs > abandonedMs) return true;
    // Between creating the file and writing the number into it, it is empty.
    if (holder === "") return untouchedMs > heartbeatMs;
    process.kill(Number(holder), 0);
    return false;
  } catch (error) {
    return codeOf(error) === "ESRCH";
  }
}

/**
 * Renaming is what makes this safe: of several processes that see the same dead holder, one gets the file.
 * @param {string} path
 * @param {string} holder
 */
function breakLock(path, holder) {
  const aside = `${path}.${process.pid}`;
  try {
    renameSync(path, aside);
    // Somebody was faster and holds it by now: give it back.
    if (readFileSync(aside, "utf8") !== holder) renameSync(aside, path);
    else rmSync(aside, { force: true });
  } catch (error) {
    if (codeOf(error) !== "ENOENT") throw error;
  }
}

/**
 * The code of a system error, "" for anything else.
 * @param {unknown} error
 */
export function codeOf(error) {
  return error instanceof Error && "code" in error ? String(error.code) : "";
}
