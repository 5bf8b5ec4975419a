import { existsSync, readdirSync, readFileSync } from "node:fs";
import { extname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

const root = fileURLToPath(new URL("../../", import.meta.url));

/** SPDX names under which a package may ship with an Apache-2.0 product without further thought. */
const allowed = new Set([
  ...["MIT", "MIT-0", "ISC", "0BSD", "BSD-2-Clause", "BSD-3-Clause", "Apache-2.0", "BlueOak-1.0.0"],
  ...["CC0-1.0", "Unlicense", "Python-2.0", "Zlib", "MPL-2.0", "OFL-1.1"],
]);

/** Decided one by one, with the reason. A package that is gone must leave this list. */
const byName: Readonly<Record<string, { readonly licence: string; readonly reason: string }>> = {
  "codec-parser": {
    licence: "LGPL-3.0-or-later",
    reason: "Shipped unmodified as a module of its own in node_modules, so that anyone can replace it.",
  },
  rechoir: {
    licence: "MIT",
    reason: "Named in the old form, licenses: [{type: MIT}], which the lockfile does not carry.",
  },
  "node-llama-cpp/resources/absent-package": {
    licence: "none",
    reason: "Our own empty stand-in for packages that are not installed (overrides in package.json).",
  },
};

/** Packages whose compiled files hold code under another licence than the package's own. */
const compiledIn: Readonly<Record<string, { readonly licence: string; readonly reason: string }>> = {
  "mpg123-decoder": {
    licence: "LGPL-2.1",
    reason: "libmpg123 as WebAssembly in a module of its own, shipped unmodified, so that anyone can replace it.",
  },
};

/** Words that a GPL library, or code that sends usage to its maker, leaves in whatever it is linked into. */
const unwantedMarks: readonly (readonly [string, string])[] = [
  ["espeak-ng (GPL-3.0-or-later)", "The espeak-ng library has not been initialized"],
  ["FFmpeg built with GPL parts", "--enable-gpl"],
  ["x264 (GPL-2.0-or-later)", "x264 - core"],
  ["GNU readline (GPL-3.0-or-later)", "rl_completion_entry_function"],
  ["Microsoft's telemetry client", "events.data.microsoft.com"],
];

interface Package {
  readonly name: string;
  readonly licence: string;
}

/** What is wrong with a package, in words, or undefined. */
function faultOf({ name, licence }: Package): string | undefined {
  if (byName[name] !== undefined) {
    return byName[name].licence === licence
      ? undefined
      : `${name} is now ${licence}, decided was ${byName[name].licence}`;
  }
  return isAllowed(licence) ? undefined : `${name}: ${licence}`;
}

/** Reads an SPDX expression without WITH: every part of an AND, one part of an OR. */
function isAllowed(expression: string): boolean {
  const bare = expression.trim().replace(/^\((.*)\)$/, "$1");
  if (bare.includes("(")) return false;
  return bare.split(" OR ").some((choice) => choice.split(" AND ").every((licence) => allowed.has(licence.trim())));
}

interface Locked {
  readonly license?: string;
  readonly dev?: boolean;
  readonly link?: boolean;
}

/** Everything in the lockfile that is not for development only, installed here or for another platform. */
function shippedPackages(): (Package & { readonly path: string })[] {
  const lock = JSON.parse(readFileSync(join(root, "package-lock.json"), "utf8")) as {
    packages: Record<string, Locked>;
  };
  return Object.entries(lock.packages)
    .filter(([path, entry]) => path.startsWith("node_modules/") && entry.dev !== true && entry.link !== true)
    .map(([path, entry]) => {
      const name = path.slice(path.lastIndexOf("node_modules/") + "node_modules/".length);
      return { name, path, licence: licenceOf(join(root, path, "package.json")) ?? entry.license ?? "none" };
    });
}

/** What the installed package itself says; undefined when it is not installed here. */
function licenceOf(manifest: string): string | undefined {
  if (!existsSync(manifest)) return undefined;
  const { license, licenses } = JSON.parse(readFileSync(manifest, "utf8")) as {
    readonly license?: string | { readonly type: string };
    readonly licenses?: readonly { readonly type: string }[];
  };
  if (typeof license === "string") return license;
  return license?.type ?? licenses?.map(({ type }) => type).join(" OR ") ?? "none";
}

const packages = shippedPackages();

describe("the licences of what ships", () => {
  it("are all on the list or decided by name", () => {
    expect(packages.length).toBeGreaterThan(100);
    expect(packages.map(faultOf).filter((fault) => fault !== undefined)).toEqual([]);
  });

  it("have no decision without its package", () => {
    const names = new Set(packages.map(({ name }) => name));
    expect([...Object.keys(byName), ...Object.keys(compiledIn)].filter((name) => !names.has(name))).toEqual([]);
  });

  it("hold for the compiled files too: no GPL library and no telemetry client is linked in", () => {
    const files = packages.flatMap(({ path }) => compiledFiles(join(root, path)));
    expect(files.length).toBeGreaterThan(5);
    expect(
      files.flatMap((file) => marksIn(readFileSync(file)).map((mark) => `${file.slice(root.length)}: ${mark}`)),
    ).toEqual([]);
  });
});

describe("the check bites", () => {
  it.each([
    "GPL-3.0-or-later",
    "AGPL-3.0",
    "LGPL-3.0",
    "none",
    "SEE LICENSE IN x",
    "UNLICENSED",
    "MIT AND GPL-2.0",
    "",
  ])("%s is refused", (licence) => {
    expect(faultOf({ name: "made-up", licence })).toBeDefined();
  });

  it.each(["MIT", "(MIT OR GPL-3.0)", "Apache-2.0 AND MIT", "(BSD-2-Clause OR MIT OR Apache-2.0)"])(
    "%s is allowed",
    (licence) => {
      expect(faultOf({ name: "made-up", licence })).toBeUndefined();
    },
  );

  it("a decided package that changes its licence is refused", () => {
    expect(faultOf({ name: "codec-parser", licence: "GPL-3.0-only" })).toContain("decided was LGPL-3.0-or-later");
  });

  it("a GPL library in a compiled file is found", () => {
    const file = Buffer.concat([Buffer.alloc(100_000), Buffer.from(`\0${unwantedMarks[0]?.[1]}\0`), Buffer.alloc(100)]);
    expect(marksIn(file)).toEqual(["espeak-ng (GPL-3.0-or-later)"]);
    expect(marksIn(Buffer.alloc(1000))).toEqual([]);
  });
});

/** Libraries and addons of one package, not of the packages inside it. */
function compiledFiles(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { withFileTypes: true })
    .filter((entry) => entry.name !== "node_modules")
    .flatMap((entry) => {
      const path = join(folder, entry.name);
      if (entry.isDirectory()) return compiledFiles(path);
      const compiled = [".node", ".dll", ".dylib", ".wasm", ".so"].includes(extname(entry.name));
      return entry.isFile() && (compiled || /\.so\.\d/.test(entry.name)) ? [path] : [];
    });
}

function marksIn(bytes: Buffer): string[] {
  return unwantedMarks.filter(([, mark]) => bytes.includes(mark)).map(([library]) => library);
}
