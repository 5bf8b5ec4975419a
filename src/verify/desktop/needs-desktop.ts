import { spawnSync } from "node:child_process";
import { electronAt, electronHere } from "../../setup/electron.mjs";
import { findCommand } from "../../setup/find-command.mjs";
import { here } from "../../setup/house.mjs";

/** Programs for administrators are not on everybody's PATH. */
const searchPath = `${process.env["PATH"] ?? ""}:/usr/sbin:/sbin`;
const isRoot = process.getuid?.() === 0;

/** Why the desktop cannot be opened in tests here, in words; undefined where it can. */
function whyNoDesktop(): string | undefined {
  if (process.platform !== "linux") return "no Xvfb outside Linux";
  if (electronHere(here) === undefined) return "no Electron (npm run indoors -- setup brings it)";
  const programs = ["Xvfb", ...(isRoot ? ["setpriv", "useradd", "userdel"] : [])];
  const lacking = programs.filter((name) => findCommand(name, searchPath) === undefined);
  if (lacking.length > 0) return `no ${lacking.join(", no ")}`;
  return mayOthersRun(electronAt(here).program) ? undefined : `other users may not enter ${here.root}`;
}

/** Tests run the desktop as a user without rights: every folder on the way must let that user pass. */
function mayOthersRun(program: string): boolean {
  if (!isRoot) return true;
  const asOther = ["--reuid=65534", "--regid=65534", "--clear-groups", "--", "test", "-x", program];
  return spawnSync("setpriv", asOther).status === 0;
}

const why = whyNoDesktop();
if (why !== undefined) {
  const sentence = `${why}: the desktop is not tested`;
  if (process.env["INDOORS_REQUIRE_DESKTOP"] === "1") throw new Error(sentence);
  process.stderr.write(`skipped: ${sentence}\n`);
}

/**
 * For `describe.skipIf(!canOpenDesktop)`. Where the desktop must be tested (INDOORS_REQUIRE_DESKTOP=1) its absence has
 * thrown above.
 */
export const canOpenDesktop = why === undefined;
