import { describe, expect, it } from "vitest";
import { bubblewrapLauncher } from "./bubblewrap.ts";
import { jobLimits } from "./job-object.ts";
import { landlockLauncher } from "./landlock.ts";
import type { SealedCommand } from "./sandbox.ts";
import { seatbeltArguments, seatbeltProfile } from "./seatbelt.ts";
import { toolLimits } from "./tool-limits.ts";

const command: SealedCommand = {
  file: "/usr/bin/tool",
  args: ["--flag", "--", "x"],
  env: { ONE: "1" },
  readOnly: ["/app"],
  grants: [
    { name: "in", path: "/tmp/g/inner", mode: "rw" },
    { name: "out", path: "/tmp/g", mode: "ro" },
  ],
  limits: toolLimits,
};
const systemFolders = [
  { path: "/lib", link: "usr/lib" },
  { path: "/lib64", link: null },
];

/** The values that stand after an option. */
const after = (args: readonly string[], option: string, count = 1) =>
  args.flatMap((word, at) => (word === option ? [args.slice(at + 1, at + 1 + count).join(" ")] : []));

describe("bubblewrap", () => {
  const launcher = bubblewrapLauncher({
    bwrapPath: "/usr/bin/bwrap",
    sealPath: "/seal",
    nodePath: "/node",
    systemFolders,
  });
  const { file, args, env } = launcher.seal(command, "/tmp");

  it("makes every namespace, for certain, and gives nothing of the host", () => {
    expect(file).toBe("/usr/bin/bwrap");
    expect(env).toEqual({});
    for (const word of ["--unshare-all", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"]) {
      expect(args).toContain(word);
    }
    expect(args.indexOf("--clearenv")).toBeLessThan(args.indexOf("--setenv"));
    expect(after(args, "--setenv", 2)).toEqual(["ONE 1"]);
    expect(after(args, "--cap-drop")).toEqual(["ALL"]);
    expect(args).not.toContain("--share-net");
  });

  it("writes to nothing but the layer and /tmp, and mounts the inner folder after the outer one and after /tmp", () => {
    expect(after(args, "--bind")).toEqual(["/tmp/g/inner"]);
    const at = (path: string) => args.findIndex((word, index) => word === path && args[index - 1] === path);
    expect(args.indexOf("--tmpfs")).toBeLessThan(at("/tmp/g"));
    expect(at("/tmp/g")).toBeLessThan(at("/tmp/g/inner"));
    expect(after(args, "--remount-ro")).toEqual(["/dev", "/"]);
    expect(after(args, "--rw")).toEqual(["/tmp", "/tmp/g/inner"]);
  });

  it("binds a folder of the program's own for writing", () => {
    const own = launcher.seal({ ...command, writable: ["/data/own"] }, "/tmp").args;
    expect(after(own, "--bind")).toEqual(["/data/own", "/tmp/g/inner"]);
    expect(after(own, "--rw")).toEqual(["/tmp", "/tmp/g/inner", "/data/own"]);
  });

  it("shows no folder that holds settings or people", () => {
    const shown = ["--ro-bind", "--ro-bind-try", "--bind"].flatMap((option) => after(args, option));
    for (const secret of ["/etc", "/home", "/root", "/run", "/var", "/"]) expect(shown).not.toContain(secret);
    expect(shown).toContain("/lib64");
    expect(after(args, "--symlink", 2)).toEqual(["usr/lib /lib"]);
  });

  it("keeps the program's own words apart from seal's", () => {
    expect(args.slice(-4)).toEqual(["/usr/bin/tool", "--flag", "--", "x"]);
    expect(args.at(-5)).toBe("--");
  });
});

it("landlock lets nothing be written but the temporary folder, and wants signals kept inside", () => {
  const launcher = landlockLauncher({ sealPath: "/seal", nodePath: "/node", systemFolders, settings: [] });
  const { file, args, env, cwd } = launcher.seal(command, "/tmp/own");
  expect(file).toBe("/seal");
  expect(after(args, "--rw")).toEqual(["/tmp/own"]);
  expect(after(args, "--abi")).toEqual(["6"]);
  expect(after(args, "--ro")).not.toContain("/proc");
  expect(env).toEqual({ TMPDIR: "/tmp/own", ONE: "1" });
  expect(cwd).toBe("/tmp/own");
});

it("seatbelt denies by default, the network by name, and quotes paths", () => {
  const profile = seatbeltProfile(
    { ...command, grants: [{ name: "q", path: '/a"b\\c', mode: "ro" }] },
    "/node",
    "/own",
  );
  expect(profile).toMatch(/^\(version 1\)\n\(deny default\)\n\(deny network\*\)/);
  expect(profile).toContain('(subpath "/a\\"b\\\\c")');
  expect(profile).toContain('(allow file-write* (subpath "/own"))');
  expect(seatbeltArguments(command, "P")).toEqual(["-p", "P", "/usr/bin/tool", "--flag", "--", "x"]);
});

it("a job object kills on close and counts in its own units", () => {
  expect(jobLimits(toolLimits)).toEqual({
    limitFlags: 0x260a,
    perProcessUserTimeLimit: 600_000_000n,
    activeProcessLimit: 64,
    jobMemoryLimit: 1_073_741_824n,
  });
});
