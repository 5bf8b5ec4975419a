import { describe, expect, it } from "vitest";
import { bundleCommand, type BundlePlace, startFaults } from "./bundle-command.ts";
import { type BundleManifest, readManifest } from "./manifest.ts";

function manifestWith(server: object, more: object = {}): BundleManifest {
  const about = { manifest_version: "0.3", name: "notes", version: "1.0.0", description: "", author: { name: "Ann" } };
  return readManifest("notes.mcpb", JSON.stringify({ ...about, server, ...more }));
}

const node = (args: readonly string[], env: Readonly<Record<string, string>> = {}) => ({
  ...{ type: "node", entry_point: "server/index.js", mcp_config: { command: "node", args, env } },
});
const place: BundlePlace = {
  ...{ folder: "/data/servers/notes/bundle", dataFolder: "/data/servers/notes/data", settings: {} },
  ...{ nodePath: "/runtime/node", python: "/usr/bin/python3", platform: "linux" },
};

describe("the command of a bundle", () => {
  it("is Indoors' own Node with the bundle's arguments, in its own folder", () => {
    expect(bundleCommand(manifestWith(node(["${__dirname}/server/index.js"])), place)).toEqual({
      file: "/runtime/node",
      args: ["/data/servers/notes/bundle/server/index.js"],
      env: { HOME: "/data/servers/notes/data", LANG: "C.UTF-8" },
      readOnly: ["/data/servers/notes/bundle"],
      writable: ["/data/servers/notes/data"],
      grants: [],
    });
  });

  it("fills in settings: several values as several arguments, one that was not set as none", () => {
    const manifest = manifestWith(
      node(
        ["a", "${user_config.folders}", "${user_config.none}", "--x=${user_config.none}", "--n=${user_config.n}${/}"],
        {
          KEY: "${user_config.key}",
          NONE: "${user_config.none}",
          FLAG: "${user_config.flag}",
          WHERE: "${HOME}${pathSeparator}x:${DOCUMENTS}",
        },
      ),
      {
        user_config: Object.fromEntries(
          [
            ["folders", "directory"],
            ["none", "string"],
            ["n", "number"],
            ["key", "string"],
            ["flag", "boolean"],
          ].map(([key, type]) => [key, { type, title: key, description: "", multiple: key === "folders" }]),
        ),
      },
    );
    const settings = {
      folders: ["/home/ann/a", "/home/ann/b/a"],
      n: 3,
      key: "${__dirname} $& ${user_config.n}",
      flag: false,
    };
    const command = bundleCommand(manifest, { ...place, settings });
    expect(command.args).toEqual(["a", "/home/ann/a", "/home/ann/b/a", "--x=", "--n=3/"]);
    expect(command.env).toEqual({
      ...{ HOME: place.dataFolder, LANG: "C.UTF-8", FLAG: "false" },
      // What a person entered is a value, whatever it looks like.
      KEY: "${__dirname} $& ${user_config.n}",
      WHERE: `${place.dataFolder}/x:${place.dataFolder}`,
    });
    expect(command.grants).toEqual([
      { name: "a", path: "/home/ann/a", mode: "ro" },
      { name: "a-2", path: "/home/ann/b/a", mode: "ro" },
    ]);
  });

  it("takes what it says for this platform", () => {
    const server = node(["${__dirname}/a.js"]);
    const manifest = manifestWith({
      ...server,
      mcp_config: { ...server.mcp_config, platform_overrides: { win32: { args: ["w"] }, linux: { env: { A: "1" } } } },
    });
    expect(bundleCommand(manifest, place)).toMatchObject({ args: [`${place.folder}/a.js`], env: { A: "1" } });
    expect(bundleCommand(manifest, { ...place, platform: "win32" }).args).toEqual(["w"]);
  });

  it("starts Python on the listed interpreter, and a program only out of the bundle", () => {
    const python = manifestWith({ type: "python", entry_point: "main.py" });
    expect(bundleCommand(python, place)).toMatchObject({ file: "/usr/bin/python3", args: [`${place.folder}/main.py`] });
    expect(() => bundleCommand(python, { ...place, python: null })).toThrow("List it in servers.json");
    const program = (command: string) =>
      manifestWith({ type: "binary", entry_point: "bin/serve", mcp_config: { command } });
    for (const command of ["${__dirname}/bin/serve", "bin/serve", "./bin/serve", "${__dirname}${/}bin/serve"]) {
      expect(bundleCommand(program(command), place).file).toBe(`${place.folder}/bin/serve`);
    }
    for (const command of ["/bin/sh", "../../sh", "${__dirname}/../../sh", "${HOME}/sh"]) {
      expect(() => bundleCommand(program(command), place), command).toThrow("was not started");
    }
  });
});

it.each([
  ["npx", manifestWith({ ...node([]), mcp_config: { command: "npx", args: ["-y", "x"] } }), "starts 'npx'"],
  ["uv", manifestWith({ type: "uv", entry_point: "main.py" }), "from the network"],
  [
    "another Python",
    manifestWith({ type: "python", entry_point: "m.py", mcp_config: { command: "uvx" } }),
    "starts 'uvx'",
  ],
  ["an unknown placeholder", manifestWith(node(["${user_config.token}"])), "${user_config.token}"],
  ["an unknown one in the environment", manifestWith(node([], { A: "${APPDATA}" })), "${APPDATA}"],
])("says that it cannot start %s", (_, manifest, why) => {
  expect(startFaults(manifest, "linux").join()).toContain(why);
});

it("says nothing of what it can start", () => {
  expect(startFaults(manifestWith(node(["${__dirname}/a.js", "${HOME}", "${/}"])), "linux")).toEqual([]);
});
