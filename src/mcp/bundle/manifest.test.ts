import { describe, expect, it } from "vitest";
import { serversFile } from "../../shared/mcp.ts";
import { bundleFaults } from "./bundle-faults.ts";
import { readManifest } from "./manifest.ts";

const about = { manifest_version: "0.4", name: "notes", version: "1.0.0", description: "d", author: { name: "Ann" } };
const server = { type: "node", entry_point: "a.js" };
const read = (value: unknown) => readManifest("/stick/notes.mcpb", JSON.stringify(value));

describe("a manifest", () => {
  it("is read in each version there is, without what is not used", () => {
    for (const version of ["0.1", "0.2", "0.3", "0.4"]) {
      const manifest = read({ ...about, manifest_version: version, server, icon: 5, tools: "whatever" });
      expect(manifest).toEqual({ ...about, manifest_version: version, server });
    }
    expect(read({ ...about, manifest_version: undefined, dxt_version: "0.1", server }).dxt_version).toBe("0.1");
  });

  it.each([
    ["of a later kind", { ...about, manifest_version: "1.0", server }, 'version "1.0"'],
    ["without a version", { ...about, manifest_version: undefined, server }, "no manifest_version"],
    ["without a server", about, "field server is wrong"],
    ["with an unknown server", { ...about, server: { ...server, type: "wasm" } }, "field server.type"],
    [
      "with a variable that is none",
      { ...about, server: { ...server, mcp_config: { command: "node", env: { "A=B": "" } } } },
      "server.mcp_config.env",
    ],
    ["that is a list", [], "no manifest_version"],
  ])("%s is refused, with the field", (_, value, why) => {
    expect(() => read(value)).toThrow(why);
    expect(() => read(value)).toThrow(/^notes\.mcpb was not accepted as a server\. /);
  });

  it("that is not JSON is refused, however deep", () => {
    expect(() => readManifest("notes.mcpb", "{")).toThrow("not JSON");
    expect(() => readManifest("notes.mcpb", "[".repeat(900_000))).toThrow("not JSON");
  });
});

describe("what keeps a bundle from running here", () => {
  const here = { platform: "linux", nodeVersion: "24.21.0" } as const;
  const unsigned = { state: "unsigned", name: null, fingerprint: null } as const;
  const found = { publisher: unsigned, names: new Set(["a.js", "manifest.json"]) };
  const nothing = serversFile.parse({ version: 1 });

  it("is nothing for a Node server that is whole", () => {
    expect(bundleFaults(read({ ...about, server }), found, { ...here, servers: nothing })).toEqual([]);
  });

  it.each([
    ["an entry that is not there", { server: { ...server, entry_point: "b.js" } }, "'b.js'"],
    ["an entry outside", { server: { ...server, entry_point: "../a.js" } }, "'../a.js'"],
    ["another system", { server, compatibility: { platforms: ["darwin", "win32"] } }, "this is linux"],
    ["another Node", { server, compatibility: { runtimes: { node: "<20" } } }, "this is 24.21.0"],
    ["a range that cannot be read", { server, compatibility: { runtimes: { node: "new" } } }, "needs Node new"],
    ["Python that is not listed", { server: { type: "python", entry_point: "a.js" } }, "lists no interpreter"],
    ["a program that is not allowed", { server: { type: "binary", entry_point: "a.js" } }, "allows none"],
  ])("is %s", (_, more, why) => {
    expect(bundleFaults(read({ ...about, ...more }), found, { ...here, servers: nothing })).toEqual([
      expect.stringContaining(why),
    ]);
  });

  it("is not what the administrator allows", () => {
    const servers = serversFile.parse({ version: 1, python: "/usr/bin/python3", programs: true });
    for (const type of ["python", "binary"]) {
      expect(bundleFaults(read({ ...about, server: { ...server, type } }), found, { ...here, servers })).toEqual([]);
    }
  });

  it("is who stands for it, where that is demanded", () => {
    const servers = serversFile.parse({ version: 1, requirePublisher: true });
    const faults = (state: "trusted" | "unknown" | "unsigned") =>
      bundleFaults(read({ ...about, server }), { ...found, publisher: { ...unsigned, state } }, { ...here, servers });
    expect(faults("unsigned")[0]).toContain("Nobody signed it");
    expect(faults("unknown")[0]).toContain("not listed here");
    expect(faults("trusted")).toEqual([]);
  });
});

it("servers.json takes fingerprints as certificates show them", () => {
  const bytes = "AB:".repeat(31);
  const file = serversFile.parse({ version: 1, publishers: [{ name: "Ann", certificate: `${bytes}CD` }] });
  expect(file.publishers[0]?.certificate).toBe(`${"ab".repeat(31)}cd`);
  expect(serversFile.safeParse({ version: 1, python: "python3" }).success).toBe(false);
  expect(serversFile.safeParse({ version: 1, publishers: [{ name: "Ann", certificate: "ab" }] }).success).toBe(false);
});
