import { existsSync, mkdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { bringElectron, canStandIn, electronAt, electronHere, officialElectron, standIn } from "./electron.mjs";
import { bytesInWords } from "./in-words.mjs";

/** @typedef {import("./house.mjs").House} House */

/** How to get the official binary: its package has the installer and the checksums, but runs nothing when installed. */
const toInstall = "npx install-electron, and then npm run indoors -- setup";

/** @type {import("./ground-steps.mjs").Step} */
export const electronStep = {
  name: "Electron",
  isEssential: false,
  isGround: false,
  async lack(house, again) {
    const found = electronHere(house);
    const official = officialElectron(house);
    if (found === "official" || (found === "stand-in" && official === undefined)) return undefined;
    const { version } = electronAt(house);
    if (official !== undefined)
      return { text: `the official binary ${version} is there, not in its place`, canMake: true };
    const without = `Electron ${version} is not here, so the desktop cannot be opened from this checkout`;
    if (!canStandIn(house)) return { text: `${without}. To get it: ${toInstall}`, canMake: false };
    if (hasFailed(house) && !again) {
      return { text: `${without}: fetching it failed before. To try again: npm run indoors -- setup`, canMake: false };
    }
    const what = `a stand-in for development and tests can be fetched (${bytesInWords(standIn.bytes)})`;
    return { text: `${without}; ${what}. For the official binary: ${toInstall}`, canMake: true };
  },
  async make(house, talk) {
    mkdirSync(house.state, { recursive: true });
    // An ordinary start must not spend minutes on the same failure.
    writeFileSync(failurePath(house), "");
    const done = await bringElectron(house, talk);
    rmSync(failurePath(house), { force: true });
    return done;
  },
};

/** @param {House} house */
function hasFailed(house) {
  return existsSync(failurePath(house));
}

/** @param {House} house */
function failurePath(house) {
  return join(house.state, "electron-failed");
}
