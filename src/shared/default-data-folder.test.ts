import { expect, it } from "vitest";
import { defaultDataFolder } from "./default-data-folder.ts";

it.each([
  [{ INDOORS_DATA: "/data" }, "linux", "/data"],
  [{ INDOORS_DATA: "D:\\data", LOCALAPPDATA: "C:\\x" }, "win32", "D:\\data"],
  [{}, "linux", "/home/anna/.local/share/indoors"],
  [{ XDG_DATA_HOME: "/x" }, "linux", "/x/indoors"],
  [{ XDG_DATA_HOME: "" }, "linux", "/home/anna/.local/share/indoors"],
  [{}, "darwin", "/home/anna/Library/Application Support/Indoors"],
  [{ LOCALAPPDATA: "C:\\Users\\anna\\AppData\\Local" }, "win32", "C:\\Users\\anna\\AppData\\Local\\Indoors"],
])("%j on %s: %s", (env, platform, folder) => {
  expect(defaultDataFolder(env, platform, "/home/anna")).toBe(folder);
});
