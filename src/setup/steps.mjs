import { build, isBuilt } from "./build.mjs";
import { copyByHand, fetchModels } from "./fetch-models.mjs";
import { bytesInWords } from "./in-words.mjs";
import {
  adviceFor,
  installSystemPackages,
  lackingSystemPackages,
  rememberTried,
  wasTried,
} from "./install-system-packages.mjs";
import { readManifest } from "./manifest.mjs";
import { areModulesCurrent, installModules } from "./node-modules.mjs";
import { checkRuntime, runtimePath } from "./runtime.mjs";
import { SetupError } from "./setup-error.mjs";
import { faultOf, isVerified } from "./verified-models.mjs";
import { buildWhisperNode, hasFailed, isWhisperNodeBuilt, whyNotBuildable } from "./whisper-node.mjs";

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
const systemPackagesStep = {
  name: "System packages",
  isEssential: false,
  isGround: false,
  async lack(house, again) {
    const lacking = lackingSystemPackages();
    if (lacking.length === 0) return undefined;
    return { text: adviceFor(lacking), canMake: again || !wasTried(house.state, lacking) };
  },
  async make(house, talk) {
    const lacking = lackingSystemPackages();
    rememberTried(house.state, lacking);
    return installSystemPackages(lacking, talk);
  },
};

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

/** @type {Step} */
const whisperNodeStep = {
  name: "whisper-node engine",
  isEssential: false,
  isGround: false,
  async lack(house, again) {
    if (isWhisperNodeBuilt(house)) return undefined;
    const why = whyNotBuildable(house);
    if (why !== undefined) return { text: `not built: ${why}`, canMake: false };
    if (hasFailed(house) && !again) {
      return { text: "not built: compiling failed before. To try again: npm run build:whisper-node", canMake: false };
    }
    return { text: "not built yet", canMake: true };
  },
  make: buildWhisperNode,
};

/** @type {Step} */
const modelsStep = {
  name: "Models",
  isEssential: true,
  isGround: false,
  async lack(house) {
    const faults = [];
    for (const model of readManifest(house.manifest)) {
      if (isVerified(house.models, model)) continue;
      const fault = await faultOf(house.models, model);
      faults.push(`${model.name} (${bytesInWords(model.bytes)}): ${fault ?? "there, not checked yet"}`);
    }
    return faults.length === 0 ? undefined : { text: faults.join("; "), canMake: true };
  },
  async make(house, talk) {
    const outcomes = await fetchModels(readManifest(house.manifest), house.models, { talk });
    const failed = outcomes.filter((outcome) => outcome.state === "failed");
    if (failed.length > 0) {
      const names = failed.map(({ model }) => model.name).join(", ");
      throw new SetupError(`${names} could not be fetched.\n${copyByHand(outcomes, house.models)}`);
    }
    const fetched = outcomes.filter((outcome) => outcome.state === "fetched").length;
    return `${fetched} fetched, ${outcomes.length - fetched} were there; every checksum is right`;
  },
};

/** Everything, in order. */
export const allSteps = [systemPackagesStep, modulesStep, runtimeStep, buildStep, whisperNodeStep, modelsStep];

/** What a command needs to start at all. */
export const groundSteps = allSteps.filter((step) => step.isGround);
