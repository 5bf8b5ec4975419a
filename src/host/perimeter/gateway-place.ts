import { execFile, spawn } from "node:child_process";
import { existsSync } from "node:fs";
import { mkdir, realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Channel } from "../../shared/channel.ts";
import type { Client } from "../../shared/contract.ts";
import { type desktopContract, gatewayPort } from "../../shared/desktop-contract.ts";
import { IndoorsError } from "../../shared/errors.ts";
import { gatewayCommand } from "../../shared/gateway-command.ts";
import type { MuxChannel } from "../../shared/mux-channel.ts";
import { type MessagePeer, processChannel } from "../../shared/process-channel.ts";
import type { AppFiles } from "../app-files.ts";

/** Who starts the gateway: this host itself, or the shell above a host that has no network to give. */
export interface GatewayPlace {
  /** Starts it. The channel closes when it ends. @throws IndoorsError `perimeter.unreachable` */
  start(): Promise<Channel>;
  /** Ends it; resolves when there is no such process any more. */
  stop(): Promise<void>;
}

export interface OwnGatewayOptions {
  readonly files: Pick<AppFiles, "root" | "nodePath">;
  /** `<data>/perimeter` */
  readonly perimeterFolder: string;
  readonly onLog: (line: string) => void;
}

/** So long it may take to end by itself. */
const politeMs = 2000;
/** Built code is in dist, its source in src, with the endings that go with them. */
const built = !import.meta.url.endsWith(".ts");

/** A gateway that this process starts, for a host that was started from the command line. */
export function ownGateway({ files, perimeterFolder, onLog }: OwnGatewayOptions): GatewayPlace {
  let running: { readonly end: () => void; readonly gone: Promise<void> } | undefined;
  return {
    async start() {
      await mkdir(perimeterFolder, { recursive: true, mode: 0o700 });
      const root = await realpath(files.root);
      const code = join(root, built ? "dist" : "src");
      const { program, args, env, open } = gatewayCommand({
        platform: process.platform,
        bwrapPath: await workingBubblewrap(),
        nodePath: await realpath(files.nodePath),
        perimeterFolder: await realpath(perimeterFolder),
        entry: join(code, "mcp", "gateway", built ? "main.js" : "main.ts"),
        codeFolders: [code, join(root, "node_modules"), join(root, "package.json")],
      });
      const child = spawn(program, [...args], {
        stdio: ["ignore", "pipe", "pipe", "ipc"],
        serialization: "json",
        // Windows programs do not start without it.
        env: process.platform === "win32" ? { ...env, SystemRoot: process.env["SystemRoot"] ?? "" } : { ...env },
        // What ends this process from a terminal does not reach it before its work is done.
        detached: process.platform !== "win32",
        windowsHide: true,
      });
      for (const stream of [child.stdout, child.stderr]) {
        stream?.setEncoding("utf8").on("data", (text: string) => onLog(`gateway: ${text.trimEnd().slice(0, 2000)}`));
      }
      const failed = new Promise<Error>((resolve) => child.once("error", resolve));
      const exited = new Promise<void>((resolve) => child.once("exit", () => resolve()));
      const channel = processChannel(child as MessagePeer);
      const gone = Promise.race([exited, failed]).then(() => channel.close());
      running = {
        gone,
        end() {
          channel.close();
          const late = setTimeout(() => child.kill("SIGKILL"), politeMs);
          void gone.then(() => clearTimeout(late));
        },
      };
      const spawned = new Promise<null>((resolve) => child.once("spawn", () => resolve(null)));
      const error = await Promise.race([failed, spawned]);
      if (error !== null) {
        throw new IndoorsError("perimeter.unreachable", `The gateway does not start: ${error.message}.`);
      }
      onLog(`gateway started, process ${child.pid}${open === null ? "" : `, which sees this user's files: ${open}`}`);
      return channel;
    },
    async stop() {
      const ending = running;
      running = undefined;
      ending?.end();
      await ending?.gone;
    },
  };
}

/** A gateway that the shell starts, since this host is sealed. */
export function desktopGateway(shell: Pick<Client<typeof desktopContract>, "call">, mux: MuxChannel): GatewayPlace {
  return {
    async start() {
      // Listened to before it can speak.
      const channel = mux.port(gatewayPort);
      await shell.call("gateway.start", {});
      return channel;
    },
    async stop() {
      // The port ends before this is answered, so that no late end of it meets the next one.
      await shell.call("gateway.stop", {});
    },
  };
}

const places = ["/usr/bin/bwrap", "/usr/local/bin/bwrap", "/bin/bwrap", "/run/current-system/sw/bin/bwrap"];

/** Bubblewrap, where it is installed and the kernel lets it work. */
async function workingBubblewrap(): Promise<string | null> {
  const path = places.find((place) => existsSync(place));
  if (process.platform !== "linux" || path === undefined) return null;
  const args = ["--ro-bind", "/", "/", "--unshare-all", "--share-net", "--unshare-user", "--disable-userns"];
  return await new Promise((resolve) => {
    execFile(path, [...args, "--", "/bin/true"], { env: {}, timeout: 3000 }, (error) =>
      resolve(error === null ? path : null),
    );
  });
}
