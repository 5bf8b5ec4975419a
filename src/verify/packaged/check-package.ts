// Looks into a built package: fuses, what is in the archive, for which machines its natives are. Started by
// `npm run package`; by hand: node src/verify/packaged/check-package.ts release/linux-unpacked
import { closeSync, existsSync, openSync, readdirSync, readSync } from "node:fs";
import { join, resolve } from "node:path";
import { listPackage } from "@electron/asar";
import { readFuses } from "./fuses.ts";

/** What a package must have beside the archive, below its resources. */
const needed = [
  ...["runtime/node", "indoors/package.json", "indoors/dist/host/serve.js", "indoors/dist/licences.json"],
  ...["indoors/models/manifest.json", "indoors/node_modules/better-sqlite3/package.json"],
];

/** Everything that is wrong with a package, in words. Prints the table of its fuses. */
export async function faultsOfPackage(folder: string): Promise<string[]> {
  const resources = join(folder, "resources");
  const fuses = await readFuses(join(folder, "indoors"));
  console.table(Object.fromEntries(fuses.map(({ name, is, isRight, why }) => [name, { is, isRight, why }])));
  const archive = listPackage(join(resources, "app.asar"), { isPack: false }).map((name) => name.replaceAll("\\", "/"));
  const loose = readdirSync(resources).filter((name) => !["app.asar", "runtime", "indoors"].includes(name));
  return [
    ...fuses.filter(({ isRight }) => !isRight).map(({ name, is }) => `the fuse ${name} is ${is}`),
    ...faultsOfArchive(archive),
    ...needed.filter((name) => !existsSync(join(resources, name))).map((name) => `${name} is missing`),
    ...loose.map((name) => `${name} is in resources, and nothing needs it there`),
    ...foreignNatives(resources).map((name) => `${name} is for another machine`),
  ];
}

/** `archive`: the paths in it, each with a slash before it. */
export function faultsOfArchive(archive: readonly string[]): string[] {
  const wanted = ["/dist/main/main.js", "/dist/preload/preload.cjs", "/dist/renderer/index.html"];
  return [
    ...archive.filter((name) => !isOfShell(name)).map((name) => `${name} is in the archive`),
    ...wanted.filter((name) => !archive.includes(name)).map((name) => `${name} is missing in the archive`),
  ];
}

function isOfShell(name: string): boolean {
  return /^\/(package\.json|dist|dist\/(main|preload|renderer)(\/.*)?)$/.test(name);
}

/** The machine of ELF files, as e_machine says. */
const machines: Readonly<Record<string, number>> = { x64: 62, arm64: 183 };

/** Programs and libraries that this machine could not run. */
export function foreignNatives(folder: string): string[] {
  return readdirSync(folder, { withFileTypes: true, recursive: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => isForeign(path))
    .map((path) => path.slice(folder.length + 1));
}

function isForeign(path: string): boolean {
  const head = Buffer.alloc(20);
  const file = openSync(path, "r");
  try {
    if (readSync(file, head, 0, 20, 0) < 20) return false;
  } finally {
    closeSync(file);
  }
  const kind = head.readUInt32BE(0);
  if (kind === 0x7f454c46) return head.readUInt16LE(18) !== machines[process.arch];
  // Mach-O and its fat files, and the DOS header of a Windows library.
  return [0xcffaedfe, 0xcafebabe].includes(kind) || (head.readUInt16BE(0) === 0x4d5a && /\.(dll|exe|node)$/.test(path));
}

if (import.meta.main) {
  const faults = await faultsOfPackage(resolve(process.argv[2] ?? "release/linux-unpacked"));
  for (const fault of faults) console.error(`Wrong: ${fault}.`);
  console.log(faults.length === 0 ? "The package is as it must be." : `${faults.length} things are wrong.`);
  process.exitCode = faults.length === 0 ? 0 : 1;
}
