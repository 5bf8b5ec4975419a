import { FuseState, FuseV1Options, getCurrentFuseWire } from "@electron/fuses";

/** How one fuse must stand; null: as Electron delivers it. */
interface Wanted {
  readonly on: boolean | null;
  readonly why: string;
}

/** Every fuse, by its name in @electron/fuses; electron-builder.yml sets them. One that is not here fails the check. */
const wanted: Readonly<Record<string, Wanted>> = {
  RunAsNode: { on: false, why: "the program cannot be turned into a Node that runs any script" },
  EnableCookieEncryption: { on: true, why: "what Chromium stores is encrypted with the system's key" },
  EnableNodeOptionsEnvironmentVariable: { on: false, why: "NODE_OPTIONS cannot load code into it" },
  EnableNodeCliInspectArguments: { on: false, why: "no debugger can be attached by an argument" },
  EnableEmbeddedAsarIntegrityValidation: { on: true, why: "a changed archive does not start (macOS, Windows)" },
  OnlyLoadAppFromAsar: { on: true, why: "a folder laid beside the archive is not run in its place" },
  LoadBrowserProcessSpecificV8Snapshot: { on: false, why: "there is no snapshot of our own" },
  GrantFileProtocolExtraPrivileges: { on: false, why: "file: pages get nothing; there are none" },
  WasmTrapHandlers: { on: null, why: "how WebAssembly checks bounds; nothing to do with rights" },
};

export interface FuseReading {
  readonly name: string;
  readonly is: "on" | "off" | "other";
  readonly isRight: boolean;
  readonly why: string;
}

/** Reads the fuses of a built program: the path of its binary, on macOS of the .app. */
export async function readFuses(program: string): Promise<FuseReading[]> {
  const { version: _, ...wire } = await getCurrentFuseWire(program);
  return Object.entries(wire).map(([key, state]) => {
    const name = FuseV1Options[Number(key)] ?? `unknown fuse ${key}`;
    const is = state === FuseState.ENABLE ? "on" : state === FuseState.DISABLE ? "off" : "other";
    const fuse = wanted[name];
    const isRight = fuse !== undefined && (fuse.on === null || is === (fuse.on ? "on" : "off"));
    return { name, is, isRight, why: fuse?.why ?? "not in the table of src/verify/packaged/fuses.ts" };
  });
}
