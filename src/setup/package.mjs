// `npm run package [-- --release] [-- TARGET …]`: the desktop as a folder and, on Linux, a tar.gz, in release/.
// Targets (AppImage, deb, nsis, dmg) are given to electron-builder, which downloads tools of its own for them.
import { cpSync, existsSync, readdirSync, readFileSync, renameSync, rmSync, statSync, writeFileSync } from "node:fs";
import { join, relative } from "node:path";
import { electronAt, electronHere, officialElectron } from "./electron.mjs";
import { entry } from "./entry.mjs";
import { here } from "./house.mjs";
import { bytesInWords, durationInWords } from "./in-words.mjs";
import { lastLines, runCommand } from "./run-command.mjs";
import { runtimePath } from "./runtime.mjs";
import { setUp } from "./set-up.mjs";
import { SetupError } from "./setup-error.mjs";
import { stagePackage } from "./stage-package.mjs";
import { allSteps } from "./steps.mjs";
import { talkOn } from "./talk.mjs";

const stage = join(here.root, ".state", "package");
const release = join(here.root, "release");
const mark = "UNOFFICIAL-ELECTRON.txt";
const talk = talkOn(process.stderr);

await entry(async (args) => {
  const isRelease = args.includes("--release");
  const targets = args.filter((arg) => arg !== "--release");
  const reports = await setUp(allSteps, { house: here, talk, quiet: true });
  if (reports.some(({ step, state }) => step.isGround && state === "lacking")) return 1;
  const electron = chooseElectron(isRelease);
  const { version } = JSON.parse(readFileSync(here.packageFile, "utf8"));
  const named = electron.isOfficial ? version : `${version}-dev.unofficial-electron`;
  talk.say(`Packaging Indoors ${named} with ${electron.words}.`);
  const startedAt = Date.now();
  const { packages } = stagePackage(here, stage, { version: named });
  if (!electron.isOfficial) {
    const electronFolder = join(stage, "electron");
    cpSync(electron.folder, electronFolder, { recursive: true, filter: isPlainElectron });
    writeFileSync(
      join(electronFolder, mark),
      `${electron.words}\nFor development and tests only; not to be given away.\n`,
    );
  }
  talk.say(`  Laid out, with ${packages} packages, in ${durationInWords(Date.now() - startedAt)}.`);
  await runBuilder(electron.isOfficial ? electron.folder : join(stage, "electron"), targets);
  const unpacked = readdirSync(release).find((name) => name.endsWith("unpacked") || name === "mac");
  if (unpacked === undefined) throw new SetupError("electron-builder made no folder in release.");
  if (process.platform === "linux") {
    await checkPackage(join(release, unpacked));
    await makeArchive(unpacked, `indoors-${named}-linux-${process.arch}`);
  }
  rmSync(stage, { recursive: true, force: true });
  talk.say(`Packaged in ${durationInWords(Date.now() - startedAt)}: ${relative(here.root, release)}/.`);
  return 0;
});

/**
 * The official binary; for development the stand-in, and that is said.
 * @param {boolean} isRelease
 */
function chooseElectron(isRelease) {
  const official = officialElectron(here);
  const { version, folder } = electronAt(here);
  if (official !== undefined) return { folder: official, isOfficial: true, words: `the official Electron ${version}` };
  if (isRelease) {
    throw new SetupError(
      `A release takes the official Electron ${version}, and it is not in node_modules/electron/dist. ` +
        `Fetch it with npx install-electron on a machine that reaches its release server.`,
    );
  }
  if (electronHere(here) === undefined) throw new SetupError(`There is no Electron ${version} here to package.`);
  return {
    folder,
    isOfficial: false,
    words: `an UNOFFICIAL Electron ${version}, the stand-in of src/setup/electron.mjs`,
  };
}

/**
 * Not the link to this checkout, and not our mark.
 * @param {string} path
 */
function isPlainElectron(path) {
  const { mark: ownMark, resources } = electronAt(here);
  return path !== ownMark && path !== join(resources, "app");
}

/**
 * @param {string} electronDist
 * @param {readonly string[]} targets
 */
async function runBuilder(electronDist, targets) {
  const node = runtimePath(here);
  if (node === undefined) throw new SetupError("The package cannot be built: there is no runtime.");
  rmSync(release, { recursive: true, force: true });
  const platform = { linux: "--linux", win32: "--win", darwin: "--mac" }[/** @type {"linux"} */ (process.platform)];
  const args = [
    ...[join(here.modules, "electron-builder", "cli.js"), "build", platform ?? "--linux", ...targets],
    ...(targets.length === 0 ? ["--dir"] : []),
    ...[`--${process.arch}`, "--publish", "never", "--config", "electron-builder.yml"],
    `--config.electronDist=${electronDist}`,
  ];
  const ended = await runCommand(node, args, { cwd: here.root });
  if (ended.code !== 0) throw new SetupError(`electron-builder failed:\n${lastLines(ended.output, 20)}`);
}

/** @param {string} folder */
async function checkPackage(folder) {
  const script = join(here.source, "verify", "packaged", "check-package.ts");
  const ended = await runCommand(runtimePath(here) ?? "", [script, folder], { cwd: here.root });
  talk.say(ended.output.trimEnd());
  if (ended.code !== 0) throw new SetupError("The package is not as it must be, see above.");
}

/**
 * A tar.gz of the folder. tar and gzip are on every Linux; electron-builder would download a packer.
 * @param {string} unpacked
 * @param {string} name
 */
async function makeArchive(unpacked, name) {
  const file = join(release, `${name}.tar.gz`);
  // Weights and programs hardly compress: trying hard costs minutes and saves next to nothing.
  const args = [
    "--create",
    "--use-compress-program=gzip -1",
    `--file=${file}.part`,
    `--transform=s,^${unpacked},${name},`,
  ];
  const owner = ["--owner=0", "--group=0", "--numeric-owner", "--sort=name"];
  const ended = await runCommand("tar", [...args, ...owner, `--directory=${release}`, unpacked]);
  if (ended.code !== 0 || !existsSync(`${file}.part`)) {
    throw new SetupError(`The archive could not be written: tar said:\n${lastLines(ended.output)}`);
  }
  renameSync(`${file}.part`, file);
  talk.say(`  ${name}.tar.gz, ${bytesInWords(statSync(file).size)}.`);
}
