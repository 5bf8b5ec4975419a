import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { readManifest } from "./manifest.ts";
import { settingFields, settingGrants, settleSettings } from "./settings.ts";

const manifest = readManifest(
  "notes.mcpb",
  JSON.stringify({
    ...{ manifest_version: "0.2", name: "notes", version: "1", description: "", author: { name: "Ann" } },
    server: { type: "node", entry_point: "a.js" },
    user_config: {
      key: { type: "string", title: "Key\u202e", description: "", required: true, sensitive: true },
      limit: { type: "number", title: "Limit", description: "", default: 5, min: 1, max: 10 },
      words: { type: "string", title: "Words", description: "", multiple: true },
      loud: { type: "boolean", title: "Loud", description: "", default: false },
      folder: { type: "directory", title: "Folder", description: "", default: "/etc" },
      list: { type: "file", title: "List", description: "" },
    },
  }),
);
let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), "indoors-settings-")));
  mkdirSync(join(folder, "real"));
  symlinkSync("real", join(folder, "link"));
  writeFileSync(join(folder, "list.txt"), "");
});
afterAll(() => rmSync(folder, { recursive: true }));

describe("settings of a bundle", () => {
  it("are asked as its manifest asks them, but it proposes no folder", () => {
    const fields = settingFields(manifest);
    expect(fields.map(({ key }) => key)).toEqual(["key", "limit", "words", "loud", "folder", "list"]);
    expect(fields[0]).toMatchObject({ title: "Key\\u{202e}", required: true, sensitive: true, multiple: false });
    expect(fields[1]).toMatchObject({ default: 5, min: 1, max: 10 });
    expect(fields[4]).toMatchObject({ type: "directory", default: null });
  });

  it("are kept with the bundle's own values, folders and files as real paths", async () => {
    const given = { key: "k", words: "one", folder: `${folder}/link/`, list: join(folder, "list.txt") };
    const settled = await settleSettings(manifest, given);
    expect(settled).toEqual({
      ...{ key: "k", limit: 5, words: ["one"], loud: false },
      ...{ folder: join(folder, "real"), list: join(folder, "list.txt") },
    });
    expect(settingGrants(manifest, settled)).toEqual([
      { name: "real", path: join(folder, "real"), mode: "ro" },
      { name: "list.txt", path: join(folder, "list.txt"), mode: "ro" },
    ]);
    expect(settingGrants(manifest, await settleSettings(manifest, { key: "k" }))).toEqual([]);
  });

  it.each([
    ["one that is needed", {}, "'key'"],
    ["an empty one that is needed", { key: "" }, "'key'"],
    ["one that it does not have", { key: "k", other: 1 }, "no setting 'other'"],
    ["another type", { key: "k", limit: "5" }, "takes a number"],
    ["too much", { key: "k", limit: 11 }, "at least 1 and at most 10"],
    ["several of one", { key: ["a", "b"] }, "takes one value"],
    ["a NUL", { key: "a\0b" }, "no setting can have"],
    ["a path that is not whole", { key: "k", folder: "real" }, "not an absolute path"],
    ["a file for a folder", { key: "k", folder: "FOLDER/list.txt" }, "is a file"],
    ["a folder for a file", { key: "k", list: "FOLDER/real" }, "is a folder"],
    ["a folder that is not there", { key: "k", folder: "FOLDER/none" }, "cannot be read"],
    ["two folders for one", { key: "k", folder: ["FOLDER/real", "FOLDER"] }, "takes one directory"],
  ])("refuse %s", async (_, given, why) => {
    const values = JSON.parse(JSON.stringify(given).replaceAll("FOLDER", folder)) as Record<string, string>;
    await expect(settleSettings(manifest, values)).rejects.toThrow(why);
  });
});
