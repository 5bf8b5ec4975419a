import { expect, test } from "vitest";
import { type GatewayPlace, gatewayCommand } from "./gateway-command.ts";

const place: GatewayPlace = {
  platform: "linux",
  bwrapPath: "/usr/bin/bwrap",
  nodePath: "/app/runtime/node",
  entry: "/app/dist/mcp/gateway/main.js",
  codeFolders: ["/app/dist", "/app/node_modules"],
  perimeterFolder: "/data/perimeter",
};

test("with bubblewrap it keeps the network, its code and one folder that it may write", () => {
  const { program, args, env, open } = gatewayCommand(place);
  expect([program, env, open]).toEqual(["/usr/bin/bwrap", {}, null]);
  for (const flag of ["--unshare-all", "--share-net", "--disable-userns", "--clearenv", "--die-with-parent"]) {
    expect(args).toContain(flag);
  }
  const writable = args.flatMap((arg, at) => (arg === "--bind" ? [args[at + 1]] : []));
  expect(writable).toEqual(["/data/perimeter"]);
  expect(args.slice(args.indexOf("--") + 1)).toEqual([
    ...["/app/runtime/node", "--permission", "--allow-fs-read=/app/dist", "--allow-fs-read=/app/node_modules"],
    ...["--allow-fs-read=/data/perimeter", "--allow-fs-write=/data/perimeter"],
    ...["/app/dist/mcp/gateway/main.js", "/data/perimeter"],
  ]);
});

test("without it Node's permissions are left, and that is said", () => {
  const open = gatewayCommand({ ...place, bwrapPath: null });
  expect(open).toMatchObject({ program: "/app/runtime/node", env: {}, open: "bubblewrap is not installed" });
  expect(open.args).toEqual(gatewayCommand(place).args.slice(-open.args.length));
  expect(gatewayCommand({ ...place, platform: "win32" }).open).toBe("this system has no bubblewrap");
});
