import { copyByHand, fetchModels } from "./fetch-models.mjs";
import { readManifest } from "./manifest.mjs";
import { SetupError } from "./setup-error.mjs";

/**
 * `indoors models fetch [NAME…]`: the default models, or those named.
 * @param {readonly string[]} names
 * @param {import("./house.mjs").House} house
 * @param {import("./talk.mjs").Talk} talk
 * @returns {Promise<number>} exit code
 * @throws {SetupError} for a name that is no default model
 */
export async function fetchCommand(names, house, talk) {
  const models = readManifest(house.manifest);
  const known = models.map((model) => model.name).join(", ");
  const unknown = names.find((name) => !models.some((model) => model.name === name));
  if (unknown !== undefined) {
    throw new SetupError(
      `There is no default model '${unknown}'. Default models: ${known}. Others come by: models import PATH.`,
    );
  }
  const chosen = names.length === 0 ? models : models.filter((model) => names.includes(model.name));
  const outcomes = await fetchModels(chosen, house.models, { talk });
  for (const { model, state } of outcomes) {
    if (state === "present") talk.say(`  ${model.name}: already there, checksum right.`);
  }
  if (outcomes.every((outcome) => outcome.state !== "failed")) return 0;
  talk.say(`Not every model could be fetched.\n${copyByHand(outcomes, house.models)}`);
  return 1;
}
