import { electronStep } from "./electron-step.mjs";
import { copyByHand, fetchModels } from "./fetch-models.mjs";
import { groundSteps } from "./ground-steps.mjs";
import { bytesInWords } from "./in-words.mjs";
import {
  adviceFor,
  installSystemPackages,
  lackingSystemPackages,
  rememberTried,
  wasTried,
} from "./install-system-packages.mjs";
import { readManifest } from "./manifest.mjs";
import { buildSeal, isSealBuilt, whyNoSeal } from "./seal.mjs";
import { SetupError } from "./setup-error.mjs";
import { faultOf, isVerified } from "./verified-models.mjs";
import { buildWhisperNode, hasFailed, isWhisperNodeBuilt, whyNotBuildable } from "./whisper-node.mjs";

/** @typedef {import("./house.mjs").House} House */
/** @typedef {import("./talk.mjs").Talk} Talk */

/** @typedef {import("./ground-steps.mjs").Step} Step */

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
const sealStep = {
  name: "Sandbox helper",
  isEssential: false,
  isGround: false,
  async lack(house) {
    if (process.platform !== "linux" || isSealBuilt(house)) return undefined;
    const why = whyNoSeal();
    if (why === undefined) return { text: "not built, or older than its source", canMake: true };
    return { text: `not built: ${why}. Without it the agent has no tools`, canMake: false };
  },
  make: buildSeal,
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
export const allSteps = [systemPackagesStep, ...groundSteps, sealStep, whisperNodeStep, electronStep, modelsStep];
