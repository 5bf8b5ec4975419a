import { expect, it } from "vitest";
import { hostEnvironment } from "./host-environment.ts";

it("passes where things are and the language, and nothing that steers a runtime", () => {
  const env = {
    PATH: "/usr/bin",
    HOME: "/home/anna",
    LANG: "de_DE.UTF-8",
    LC_ALL: "C",
    XDG_DATA_HOME: "/data",
    INDOORS_DATA: "/data/indoors",
    CUDA_VISIBLE_DEVICES: "0",
    NODE_OPTIONS: "--require /tmp/x.js",
    NODE_EXTRA_CA_CERTS: "/tmp/x",
    NODE_CHANNEL_FD: "3",
    ELECTRON_RUN_AS_NODE: "1",
    ELECTRON_ENABLE_LOGGING: "1",
    LD_PRELOAD: "/tmp/x.so",
    LD_LIBRARY_PATH: "/tmp",
    DBUS_SESSION_BUS_ADDRESS: "unix:path=/run/user/1000/bus",
    DISPLAY: ":0",
    XDG_SESSION_ID: "1",
    SSH_AUTH_SOCK: "/tmp/ssh",
    HTTPS_PROXY: "http://10.0.0.1",
    INDOORS_TEST: "1",
    path: "/not/this",
    UNSET: undefined,
  };
  expect(Object.keys(hostEnvironment(env, "linux")).sort()).toEqual(
    ["CUDA_VISIBLE_DEVICES", "HOME", "INDOORS_DATA", "LANG", "LC_ALL", "PATH", "XDG_DATA_HOME"].sort(),
  );
});

it("on Windows names are the same in large and small letters", () => {
  expect(hostEnvironment({ Path: "C:\\Windows", SYSTEMROOT: "C:\\Windows", NODE_OPTIONS: "x" }, "win32")).toEqual({
    Path: "C:\\Windows",
    SYSTEMROOT: "C:\\Windows",
  });
});
