import { installCuda } from "./cuda.mjs";
import { durationInWords } from "./in-words.mjs";
import { inspect, isComplete, sentence, setUp } from "./set-up.mjs";
import { SetupError } from "./setup-error.mjs";
import { allSteps } from "./steps.mjs";

const usage = `Usage: indoors setup [--check] [--gpu cuda]
  --check     change nothing, only say what is there and what is missing
  --gpu cuda  also fetch the language model engine's NVIDIA CUDA build (several hundred MB)
Exit code 0 when everything essential is there, 1 when not.`;

/**
 * `indoors setup`: all set-up, trying again what failed before.
 * @param {readonly string[]} args
 * @param {import("./house.mjs").House} house
 * @param {import("./talk.mjs").Talk} talk
 * @returns {Promise<number>} exit code
 * @throws {SetupError} for an option it does not know
 */
export async function setupCommand(args, house, talk) {
  if (args.includes("--help")) {
    talk.say(usage);
    return 0;
  }
  const { isCheck, wantsCuda } = readOptions(args);
  const startedAt = Date.now();
  if (isCheck) {
    const reports = await inspect(allSteps, house);
    for (const report of reports) talk.say(sentence(report));
    return isComplete(reports) ? 0 : 1;
  }
  const reports = await setUp(allSteps, { house, talk, again: true });
  if (wantsCuda) talk.say(`CUDA: ${await installCuda(house, talk)}.`);
  talk.say(`Set-up took ${durationInWords(Date.now() - startedAt)}.`);
  return isComplete(reports) ? 0 : 1;
}

/** @param {readonly string[]} args */
function readOptions(args) {
  let isCheck = false;
  let wantsCuda = false;
  const left = [...args];
  while (left.length > 0) {
    const option = left.shift();
    if (option === "--check") isCheck = true;
    else if (option === "--gpu=cuda" || (option === "--gpu" && left.shift() === "cuda")) wantsCuda = true;
    else throw new SetupError(`indoors setup does not know '${args.join(" ")}'.\n${usage}`);
  }
  return { isCheck, wantsCuda };
}
