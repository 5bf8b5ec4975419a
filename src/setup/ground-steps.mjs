import { build, isBuilt } from "./build.mjs";
import { areModulesCurrent, installModules } from "./node-modules.mjs";
import { checkRuntime, runtimePath } from "./runtime.mjs";

/** @typedef {import("./house.mjs").House} House */
/** @typedef {import("./talk.mjs").Talk} Talk */

/**
 * One thing set-up brings about.
 * @typedef {object} Step
 * @property {string} name for people
 * @property {boolean} isEssential `indoors setup` ends with 1 when it is missing
 * @property {boolean} isGround nothing after it can work without it
 * @property {(house: House, again: boolean) => Promise<Lack | undefined>} lack what is missing, undefined when
 *   nothing is. Changes nothing. `again`: things that failed here before are worth another try.
 * @property {(house: House, talk: Talk) => Promise<string>} make brings it about; what was done, in words.
 *   Throws a SetupError that says what to do.
 */

/**
 * @typedef {object} Lack
 * @property {string} text what is missing, and what to do when nothing can be done from here
 * @property {boolean} canMake is `make` worth calling?
 */

/** @type {Step} */
const modulesStep = {
  name: "Node modules",
  isEssential: true,
  isGround: true,
  async lack(house) {
    if (areModulesCurrent(house)) return undefined;
    return { text: "missing, or older than package-lock.json", canMake: true };
  },
  async make(house, talk) {
    talk.say("  Installing the node modules; about a minute on a fast line.");
    const done = await installModules(house);
    return `${done}; the runtime is ${await checkRuntime(house)}`;
  },
};

/** @type {Step} */
const runtimeStep = {
  name: "Runtime",
  isEssential: true,
  isGround: true,
  async lack(house) {
    return runtimePath(house) === undefined ? { text: "there is no Node 24 here", canMake: true } : undefined;
  },
  // There is nothing to make: it comes with the modules. This says why it did not.
  make: checkRuntime,
};

/** @type {Step} */
const buildStep = {
  name: "Build",
  isEssential: true,
  isGround: true,
  async lack(house) {
    return isBuilt(house) ? undefined : { text: "dist is missing, or older than src", canMake: true };
  },
  make: build,
};

/** What a command needs to start at all. In a file of its own, so that the launcher reads little. */
export const groundSteps = [modulesStep, runtimeStep, buildStep];
