import { createHash } from "node:crypto";
import { createReadStream, createWriteStream, mkdirSync, mkdtempSync, readFileSync, renameSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { pipeline } from "node:stream/promises";
import { createGunzip } from "node:zlib";
import { durationInWords } from "./in-words.mjs";
import { npmPack } from "./npm-pack.mjs";
import { SetupError } from "./setup-error.mjs";
import { tarEntries } from "./tar-entries.mjs";

/** The CUDA builds of node-llama-cpp, pinned: `npm view PACKAGE@VERSION dist.integrity` prints the digest. */
const pinned = {
  version: "3.22.1",
  /** @type {Readonly<Record<string, readonly { name: string, sha512: string }[]>>} */
  packages: {
    "linux-x64": [
      {
        name: "linux-x64-cuda",
        sha512: "8rQCjyNNLZJUFit+YpjwlC4hwkKgOMIkB2wuycKBf8NU2O3ySKbiWZQ8aw9ku2nUTXjSnUIrE6KB88itduTBuA==",
      },
      {
        name: "linux-x64-cuda-ext",
        sha512: "4e5ajkiM2aR2WAdB/N/ACk4weEhHvOAIrzxZPsIX0xDFW5+6hhShuy1/vs88SK9NGdgAco9IyE28eYS0H1efpA==",
      },
    ],
  },
};

/**
 * Fetches node-llama-cpp's CUDA build for this machine and puts it where the default install has a placeholder.
 * A new `npm install` puts the placeholder back; run this again then.
 * @param {import("./house.mjs").House} house
 * @param {import("./talk.mjs").Talk} talk
 * @returns {Promise<string>} what was done
 * @throws {SetupError}
 */
export async function installCuda(house, talk) {
  const scope = join(house.modules, "@node-llama-cpp");
  const version = versionOf(join(house.modules, "node-llama-cpp"));
  const packages = pinned.packages[`${process.platform}-${process.arch}`];
  if (packages === undefined) {
    throw new SetupError(
      `CUDA: there is no pinned CUDA build for ${process.platform}-${process.arch}. Use vulkan or cpu.`,
    );
  }
  if (version !== pinned.version) {
    throw new SetupError(
      `CUDA: node-llama-cpp is ${version ?? "not installed"}, the pinned CUDA build belongs to ${pinned.version}.`,
    );
  }
  const startedAt = Date.now();
  for (const { name, sha512 } of packages) {
    const target = join(scope, name);
    if (versionOf(target) === version) continue;
    talk.say(`  Fetching @node-llama-cpp/${name} ${version}.`);
    const work = mkdtempSync(join(scope, ".cuda-"));
    try {
      const archive = join(work, "package.tgz");
      await npmPack(`@node-llama-cpp/${name}@${version}`, archive, { scratch: work });
      await checkDigest(archive, name, sha512);
      await unpack(archive, join(work, "unpacked"));
      // The placeholder is a symbolic link: removing it does not touch what it points to.
      rmSync(target, { recursive: true, force: true });
      renameSync(join(work, "unpacked"), target);
    } finally {
      rmSync(work, { recursive: true, force: true });
    }
  }
  return `ready, in ${durationInWords(Date.now() - startedAt)}`;
}

/** @param {string} folder */
function versionOf(folder) {
  try {
    const { name, version } = JSON.parse(readFileSync(join(folder, "package.json"), "utf8"));
    return name === "absent-package" ? undefined : String(version);
  } catch {
    return undefined;
  }
}

/**
 * @param {string} archive
 * @param {string} name
 * @param {string} sha512 base64
 */
async function checkDigest(archive, name, sha512) {
  const hash = createHash("sha512");
  for await (const chunk of createReadStream(archive)) hash.update(chunk);
  const found = hash.digest("base64");
  if (found !== sha512) {
    throw new SetupError(`CUDA: @node-llama-cpp/${name} was refused: expected sha512 ${sha512}, got ${found}.`);
  }
}

/**
 * Unpacks an npm package, without its top folder. Links and paths that lead out of `target` are refused.
 * @param {string} archive
 * @param {string} target
 */
export async function unpack(archive, target) {
  const unzip = createGunzip();
  const reading = pipeline(createReadStream(archive), unzip);
  reading.catch(() => {});
  mkdirSync(target);
  try {
    for await (const entry of tarEntries(unzip)) {
      const parts = entry.path.split("/").slice(1);
      if (entry.type === "folder") continue;
      if (
        entry.type !== "file" ||
        parts.length === 0 ||
        parts.some((part) => ["", ".", ".."].includes(part) || /[\\:]/.test(part))
      ) {
        throw new SetupError(`CUDA: ${archive} was refused: it holds '${entry.path}', which is not a plain file.`);
      }
      const path = join(target, ...parts);
      mkdirSync(dirname(path), { recursive: true });
      await pipeline(entry.body, createWriteStream(path, { mode: entry.mode | 0o644 }));
    }
  } finally {
    unzip.destroy();
    await reading.catch(() => {});
  }
}
