import { readdirSync, readFileSync } from "node:fs";
import { builtinModules } from "node:module";
import { join, posix, relative, sep } from "node:path";
import { fileURLToPath } from "node:url";
import { describe, expect, it } from "vitest";

/** The table of docs/architecture.md: what each folder may import. There is no list of exceptions. */
interface Layer {
  /** Other folders of the house. Its own it may always import. */
  readonly folders: readonly string[];
  /** npm packages. zod is the language of the contract: allowed wherever shared is. */
  readonly packages: readonly string[];
  /** Node's own modules, less the network. */
  readonly node: boolean;
}

const layers: Readonly<Record<string, Layer>> = {
  "src/shared": { folders: [], packages: ["zod"], node: false },
  "src/agent": { folders: ["src/shared"], packages: ["zod"], node: false },
  "src/speech": { folders: ["src/shared"], packages: ["zod"], node: false },
  "src/notes": { folders: ["src/shared"], packages: ["zod"], node: false },
  "src/store": { folders: ["src/shared"], packages: ["zod", "better-sqlite3"], node: true },
  "src/engines": {
    folders: ["src/shared"],
    packages: [
      ...["zod", "node-llama-cpp", "transcribe-cpp", "whisper-node", "onnxruntime-node"],
      ...["mpg123-decoder", "ogg-opus-decoder", "@wasm-audio-decoders/flac", "@wasm-audio-decoders/ogg-vorbis"],
    ],
    node: true,
  },
  "src/tools": {
    folders: ["src/shared"],
    packages: [
      ...["zod", "mathjs", "date-fns", "diff", "papaparse"],
      ...["@hyzyla/pdfium", "@kenjiuno/msgreader", "chardet", "htmlparser2", "tesseract.js-core"],
    ],
    node: true,
  },
  "src/mcp": {
    folders: ["src/shared"],
    packages: ["zod", "@modelcontextprotocol/sdk", "yauzl", "selfsigned", "pkijs"],
    node: true,
  },
  "src/host": {
    folders: ["shared", "agent", "speech", "notes", "store", "engines", "tools", "mcp"].map((name) => `src/${name}`),
    packages: ["zod"],
    node: true,
  },
  "src/main": { folders: ["src/shared"], packages: ["zod", "electron"], node: true },
  "src/preload": { folders: ["src/shared"], packages: ["zod", "electron"], node: false },
  "src/cli": { folders: ["src/shared", "src/host"], packages: ["zod"], node: true },
  "src/setup": { folders: [], packages: [], node: true },
  "src/verify": {
    folders: [
      ...["shared", "agent", "speech", "notes", "store", "engines", "tools", "mcp", "host", "main", "cli"],
      ...["setup"],
    ].map((name) => `src/${name}`),
    packages: ["zod", "playwright-core", "axe-core", "@electron/asar", "@electron/fuses", "@anthropic-ai/mcpb"],
    node: true,
  },
  renderer: {
    folders: ["src/shared"],
    packages: [
      ...["zod", "react", "react-dom", "@base-ui/react", "@tanstack/react-virtual", "lucide-react", "react-markdown"],
      ...["intl-messageformat", "mediabunny", "@fontsource-variable/inter", "@fontsource/jetbrains-mono"],
    ],
    node: false,
  },
  /** Files beside the folders: the configuration of the checks. */
  src: { folders: [], packages: [], node: true },
};

/** What a test, what it starts, and the configuration of the tests may import besides. */
const forTests: Layer = { folders: ["src/shared"], packages: ["vitest"], node: true };
const isForTests = (file: string) => /\.test\.m?tsx?$|\.test\.mjs$|\/testing\/|vitest\.config\.ts$/.test(file);

/** What builds the code and is not in what is built. */
const forBuilds: Layer = {
  folders: [],
  packages: ["vite", "@vitejs/plugin-react", "@formatjs/icu-messageformat-parser"],
  node: true,
};
const isForBuilds = (file: string) => /\/vite\.config\.ts$|^renderer\/.*\.mjs$/.test(file);

/**
 * The one listed exception: the gateway, which is absent unless an administrator lists something, and the program that
 * dials it from another machine.
 */
const openers = ["src/mcp/gateway/", "src/mcp/connector/"];
const mayOpen = (file: string) => openers.some((folder) => file.startsWith(folder));
/** The parts of the MCP SDK that open a connection themselves, or listen. */
const openingParts =
  /^@modelcontextprotocol\/sdk\/(?:client\/(?:streamableHttp|sse|websocket|auth)|server\/(?:streamableHttp|sse|express|auth))/;

/** Nobody else imports the network, the tests included. */
const network = new Set([
  ...["http", "https", "http2", "net", "tls", "dgram", "dns", "dns/promises", "inspector", "inspector/promises"],
  ...["undici", "ws", "axios", "got", "node-fetch"],
]);

/** Every way a file can name another module. Statements begin a line: the formatter sees to that. */
const importForms: readonly RegExp[] = [
  /^[ \t]*(?:import|export)\b[^"'`;]*?\bfrom\s*["']([^"'\n]+)["']/gm,
  /^[ \t]*import\s*["']([^"'\n]+)["']/gm,
  /\bimport\s*\(\s*["'`]([^"'`\n]+)["'`]/g,
  /\b(?:require(?:\.resolve)?|import\.meta\.resolve|process\.getBuiltinModule)\s*\(\s*["'`]([^"'`\n]+)["'`]/g,
  /\bcreateRequire\s*\([^)]*\)\s*\(\s*["'`]([^"'`\n]+)["'`]/g,
];

/** The same for styles. What url() names in a style is a file of the house, or of a package. */
const styleForms: readonly RegExp[] = [
  /@import\s+(?:url\(\s*)?["']?([^"')\s;]+)/g,
  /\burl\(\s*["']?([^"'#)][^"')]*)["']?\s*\)/g,
  /^\s*composes:[^;]*\bfrom\s+["']([^"'\n]+)["']/gm,
];

/** Ways to reach the network, or any module, that name none of them. */
const backDoors: readonly (readonly [string, RegExp])[] = [
  [
    "a global of the network",
    /\b(?:globalThis|self|window)\s*(?:\.|\[\s*["'`])(?:fetch|WebSocket|EventSource|XMLHttpRequest)\b/,
  ],
  ["a way out of Electron", /^[ \t]*import\b[^;]*\b(?:net|autoUpdater)\b[^;]*\bfrom\s*["']electron["']/m],
  ["the inside of Node", /\bprocess\s*\.\s*(?:binding|_linkedBinding|dlopen)\b/],
];

/** What is wrong with one file, in words. `file` is its path from the root, with forward slashes. */
function faultsOf(file: string, source: string, table: Readonly<Record<string, Layer>> = layers): string[] {
  const folder = folderOf(file);
  const layer = table[folder];
  if (layer === undefined) return [`${file}: the folder ${folder} is not in the table`];
  const more = isForTests(file) ? forTests : isForBuilds(file) ? forBuilds : undefined;
  const allowed =
    more === undefined
      ? layer
      : {
          folders: [...layer.folders, ...more.folders],
          packages: [...layer.packages, ...more.packages],
          node: true,
        };
  const faults = backDoors.filter(([, form]) => form.test(source)).map(([what]) => `${file} uses ${what}`);
  for (const name of new Set(
    (file.endsWith(".css") ? styleForms : importForms).flatMap((form) =>
      [...source.matchAll(form)].map((match) => match[1] ?? ""),
    ),
  )) {
    const fault = faultOf(name, file, folder, allowed);
    if (fault !== undefined) faults.push(`${file} imports ${name}: ${fault}`);
  }
  return faults;
}

function faultOf(name: string, file: string, folder: string, allowed: Layer): string | undefined {
  if (name.startsWith(".")) {
    const target = posix.normalize(posix.join(posix.dirname(file), name));
    const other = folderOf(target);
    if (other === folder || target === "package.json") return undefined;
    return allowed.folders.includes(other) ? undefined : `${folder} may not import ${other}`;
  }
  if (/^(?:\/|[a-z]+:\/\/|data:)/.test(name)) return "a module is named by package or by relative path";
  const bare = name.replace(/^node:/, "");
  const owner = packageOf(bare);
  if ((network.has(bare) || network.has(owner) || openingParts.test(bare)) && !mayOpen(file)) {
    return "nobody imports the network";
  }
  if (name.startsWith("node:") || builtinModules.includes(bare)) {
    if (!name.startsWith("node:")) return "Node's modules are written node:…";
    return allowed.node ? undefined : `${folder} may not import Node's modules`;
  }
  return allowed.packages.includes(owner) ? undefined : `${owner} is not a package of ${folder}`;
}

/** src/<name>, renderer, or src for what lies beside the folders. */
function folderOf(file: string): string {
  const [top = "", second = "", third] = file.split("/");
  return top === "src" && third !== undefined ? `src/${second}` : top;
}

function packageOf(name: string): string {
  return name
    .split("/")
    .slice(0, name.startsWith("@") ? 2 : 1)
    .join("/");
}

const root = fileURLToPath(new URL("../../", import.meta.url));

function sourceFiles(): string[] {
  return ["src", "renderer"]
    .flatMap((top) => {
      try {
        return readdirSync(join(root, top), { withFileTypes: true, recursive: true });
      } catch {
        return [];
      }
    })
    .filter((entry) => entry.isFile() && /\.(?:[cm]?[jt]sx?|css)$/.test(entry.name))
    .map((entry) => relative(root, join(entry.parentPath, entry.name)).split(sep).join("/"))
    .filter((file) => !file.includes("node_modules/"));
}

describe("the layers", () => {
  const files = sourceFiles();

  it("every file imports only what its folder may", () => {
    expect(files.length).toBeGreaterThan(30);
    expect(files).toContain("src/verify/layers.test.ts");
    expect(files.flatMap((file) => faultsOf(file, readFileSync(join(root, file), "utf8")))).toEqual([]);
  });

  it("every import that stands in these files is seen", () => {
    // A file with imports in which no form matches would pass unseen.
    const blind = files.filter((file) => {
      const source = readFileSync(join(root, file), "utf8");
      return (
        !file.endsWith(".css") &&
        /^import\b/m.test(source) &&
        !importForms.some((form) => new RegExp(form).test(source))
      );
    });
    expect(blind).toEqual([]);
    const own = readFileSync(fileURLToPath(import.meta.url), "utf8");
    expect(faultsOf("src/agent/copy.ts", own)).toHaveLength(5);
  });

  it("a library has one owner, zod and electron excepted", () => {
    const owners = new Map<string, string[]>();
    for (const [folder, { packages }] of Object.entries(layers)) {
      for (const name of packages) owners.set(name, [...(owners.get(name) ?? []), folder]);
    }
    const shared = [...owners].filter(([, folders]) => folders.length > 1).map(([name]) => name);
    expect(shared.sort()).toEqual(["electron", "zod"]);
  });

  it("every dependency that ships has an owner in the table", () => {
    const { dependencies } = JSON.parse(readFileSync(join(root, "package.json"), "utf8")) as {
      dependencies: Record<string, string>;
    };
    const owned = new Set(Object.values(layers).flatMap(({ packages }) => packages));
    expect(Object.keys(dependencies).filter((name) => !owned.has(name))).toEqual([]);
  });

  it("the linter refuses the network's globals and is not told to look away from any file", () => {
    const lint = JSON.parse(readFileSync(join(root, ".oxlintrc.json"), "utf8")) as {
      rules: Record<string, unknown>;
      overrides: { rules: Record<string, unknown> }[];
    };
    expect(lint.rules["no-restricted-globals"]).toEqual([
      "error",
      "fetch",
      "WebSocket",
      "EventSource",
      "XMLHttpRequest",
    ]);
    for (const { rules } of lint.overrides) expect(rules).not.toHaveProperty("no-restricted-globals");
    const away = files.filter((file) =>
      /(?:oxlint|eslint)-disable[^\n]*restricted-globals/.test(readFileSync(join(root, file), "utf8")),
    );
    expect(away.filter((file) => file !== "src/verify/layers.test.ts")).toEqual([]);
  });
});

/** Made-up files that break one rule each. Written so that this file breaks none: @ is the word import, § is nothing. */
const broken: readonly (readonly [rule: string, file: string, source: string, fault: string])[] = [
  ["siblings", "src/agent/x.ts", '@ { a } from "../engines/entries.ts";', "src/agent may not import src/engines"],
  ["siblings, by type", "src/tools/x.ts", '@ type { A } from "../store/a.ts";', "src/tools may not import src/store"],
  ["siblings, passed on", "src/speech/a/x.ts", 'export * from "../../agent/ports.ts";', "may not import src/agent"],
  ["siblings, in tests", "src/store/x.test.ts", '@ { a } from "../tools/a.ts";', "may not import src/tools"],
  ["siblings, over lines", "src/store/x.ts", '@ {\n  a,\n  b,\n} from "../tools/a.ts";', "may not import src/tools"],
  ["siblings, at run time", "src/mcp/x.ts", 'await @("../tools/a.ts");', "may not import src/tools"],
  ["upwards", "src/shared/x.ts", '@ { a } from "../host/a.ts";', "src/shared may not import src/host"],
  ["past the contract", "src/main/x.ts", '@ { a } from "../host/a.ts";', "src/main may not import src/host"],
  ["past the host", "src/cli/x.ts", '@ { a } from "../store/a.ts";', "src/cli may not import src/store"],
  ["set-up stands alone", "src/setup/x.mjs", '@ { a } from "../shared/errors.ts";', "may not import src/shared"],
  ["set-up has no packages", "src/setup/x.mjs", '@ { z } from "zod";', "zod is not a package of src/setup"],
  ["a screen behind the contract", "renderer/x.tsx", '@ { a } from "../src/store/a.ts";', "may not import src/store"],
  [
    "a library's owner",
    "src/host/x.ts",
    '@ Database from "better-sqlite3";',
    "better-sqlite3 is not a package of src/host",
  ],
  ["a library's owner, deep", "src/store/x.ts", '@ { a } from "date-fns/a";', "date-fns is not a package of src/store"],
  ["a library's owner, scoped", "src/host/x.ts", '@ "@wasm-audio-decoders/flac";', "is not a package of src/host"],
  ["an unlisted package", "src/tools/x.ts", '@ _ from "lodash";', "lodash is not a package of src/tools"],
  ["an unlisted package, required", "src/tools/x.ts", 'create§Require(here)("lodash");', "lodash is not a package"],
  ["an unlisted package in verify", "src/verify/x.ts", '@ _ from "lodash";', "lodash is not a package of src/verify"],
  [
    "the test runner outside tests",
    "src/tools/x.ts",
    '@ { it } from "vitest";',
    "vitest is not a package of src/tools",
  ],
  ["purity of agent", "src/agent/x.ts", '@ { join } from "node:path";', "src/agent may not import Node's modules"],
  ["purity of speech", "src/speech/x.ts", '@ fs from "node:fs";', "src/speech may not import Node's modules"],
  ["purity of shared", "src/shared/x.ts", 'process.get§BuiltinModule("node:fs")', "may not import Node's modules"],
  ["Node's modules by their name", "src/tools/x.ts", '@ fs from "fs";', "are written node:"],
  ["a folder that is not in the table", "src/misc/x.ts", "", "the folder src/misc is not in the table"],
  ["modules by address", "src/tools/x.ts", '@ "https://example.org/a.js";', "by package or by relative path"],
  ["modules by absolute path", "src/tools/x.ts", '@ "/usr/lib/a.js";', "by package or by relative path"],
  ["the bare global", "src/tools/x.ts", "global§This.fetch(where)", "a global of the network"],
  ["the global by name", "src/tools/x.ts", 'global§This["WebSocket"]', "a global of the network"],
  ["Node's inside", "src/tools/x.ts", 'process.bin§ding("tcp_wrap")', "the inside of Node"],
  ...["node:http", "node:https", "node:http2", "node:net", "node:tls", "node:dgram", "node:dns", "undici"].map(
    (name) => ["the network", "src/host/x.ts", `@ a from "${name}";`, "nobody imports the network"] as const,
  ),
  ["the network in the rest of mcp", "src/mcp/session/x.ts", '@ a from "node:net";', "nobody imports the network"],
  [
    "the SDK's own connections",
    "src/mcp/session/x.ts",
    '@ { a } from "@modelcontextprotocol/sdk/client/streamableHttp.js";',
    "nobody imports the network",
  ],
  ["the network in tests", "src/verify/x.test.ts", '@ a from "node:net";', "nobody imports the network"],
  ["the network without node:", "src/engines/x.ts", 'const net = req§uire("net");', "nobody imports the network"],
  [
    "the network in a style",
    "renderer/x.css",
    'a { background: u§rl("https://example.org/a.png"); }',
    "by relative path",
  ],
  ["a font from elsewhere", "renderer/x.css", "§@§import u§rl(//example.org/a.css);", "by package or by relative path"],
  ["an unlisted package in a style", "renderer/x.css", '§@§import "normalize.css";', "is not a package of renderer"],
  ["the builder in what is built", "renderer/x.tsx", '@ { build } from "vite";', "vite is not a package of renderer"],
  ["Node in the preload script", "src/preload/x.ts", '@ fs from "node:fs";', "may not import Node's modules"],
  ["Electron's network", "src/main/x.ts", '@ { app, net } from "electron";', "uses a way out of Electron"],
  [
    "Electron's updater",
    "src/main/x.ts",
    '@ {\n  app,\n  autoUpdater,\n} from "electron";',
    "uses a way out of Electron",
  ],
  ["Electron in the host", "src/host/x.ts", '@ { app } from "electron";', "electron is not a package of src/host"],
  ["Electron in the page", "renderer/x.ts", '@ { net } from "electron";', "electron is not a package of renderer"],
  ["the network in set-up", "src/setup/x.mjs", 'await @("node:https");', "nobody imports the network"],
];

const spelled = (source: string) => source.replaceAll(/@(?=[ (])/g, "import").replaceAll("§", "");

describe("each rule bites", () => {
  it.each(broken)("%s: %s", (_rule, file, source, fault) => {
    expect(faultsOf(file, spelled(source)).join()).toContain(fault);
  });

  it("and lets what is allowed pass", () => {
    const fine: readonly (readonly [string, string])[] = [
      ["src/agent/a/x.ts", '@ { a } from "../b.ts";\n@ type { B } from "../../shared/run.ts";\n@ { z } from "zod";'],
      ["src/agent/x.test.ts", '@ { it } from "vitest";\n@ { readFileSync } from "node:fs";'],
      ["src/host/x.ts", '@ { a } from "../engines/entries.ts";\n@ { join } from "node:path";'],
      ["src/tools/x.ts", '@ { addDays } from "date-fns/addDays";'],
      ["src/mcp/gateway/x.ts", '@ a from "node:tls";'],
      ["src/mcp/session/x.ts", '@ { Client } from "@modelcontextprotocol/sdk/client/index.js";'],
      ["src/main/vite.config.ts", '@ { defineConfig } from "vite";\n@ { join } from "node:path";'],
      ["renderer/x.css", '§@§import "./a.css";\n§@§import "@fontsource-variable/inter/a.css";\na { fill: u§rl(#b); }'],
      ["renderer/a/x.tsx", '@ { useState } from "react";\n@ type { Job } from "../../src/shared/job.ts";'],
    ];
    for (const [file, source] of fine) expect(faultsOf(file, spelled(source))).toEqual([]);
  });
});
