import { type ChildProcess, spawn } from "node:child_process";
import { fileURLToPath } from "node:url";
import { onTestFinished } from "vitest";
import { type Client, connect, type Implementation, serve } from "../../shared/contract.ts";
import { controlContract, controlPort, desktopContract } from "../../shared/desktop-contract.ts";
import { hostContract } from "../../shared/host-contract.ts";
import { type MuxChannel, muxChannel } from "../../shared/mux-channel.ts";
import { processChannel } from "../../shared/process-channel.ts";

export const serveEntry = fileURLToPath(new URL("../serve.ts", import.meta.url));

/** The process of the host as a shell has it. */
export interface ForkedHost {
  readonly child: ChildProcess;
  readonly mux: MuxChannel;
  readonly control: Client<typeof controlContract>;
  /** The first word it says: that it is open, or why not. */
  readonly said: Promise<{ ready: boolean; code?: string; message?: string }>;
  /** What it ended with. */
  readonly ended: Promise<{ code: number | null; signal: string | null; stderr: string }>;
  window(port: number): Client<typeof hostContract>;
}

const noDesktop: Implementation<typeof desktopContract> = {
  decode: () => Promise.reject(new Error("this test has no desktop")),
  "gateway.start": () => Promise.reject(new Error("this test has no desktop")),
  "gateway.stop": () => ({}),
};

export interface ForkOptions {
  readonly desktop?: Implementation<typeof desktopContract>;
  /** Run in front of Node; it must pass the IPC channel on. */
  readonly before?: readonly string[];
  /** Node's own arguments. */
  readonly nodeArguments?: readonly string[];
  readonly uid?: number;
}

/** Starts it as a shell does. It ends with the test. */
export function forkHost(dataFolder: string, options: ForkOptions = {}): ForkedHost {
  const { desktop = noDesktop, before = [], nodeArguments = [], uid } = options;
  const words = [...before, process.execPath, ...nodeArguments, serveEntry, "--data", dataFolder];
  const child = spawn(words[0] ?? process.execPath, words.slice(1), {
    stdio: ["ignore", "inherit", "pipe", "ipc"],
    env: { PATH: process.env["PATH"] ?? "", HOME: dataFolder },
    ...(uid === undefined ? {} : { uid, gid: uid }),
  });
  let stderr = "";
  const ended = (async () => {
    // Not its event `close`: that never comes after `disconnect`.
    const exited = new Promise<{ code: number | null; signal: string | null }>((resolve) =>
      child.once("exit", (code, signal) => resolve({ code, signal })),
    );
    for await (const text of child.stderr?.setEncoding("utf8") ?? []) stderr += String(text);
    return { ...(await exited), stderr };
  })();
  onTestFinished(async () => {
    child.kill("SIGKILL");
    await ended;
  });
  const mux = muxChannel(processChannel(child));
  const control = connect(mux.port(controlPort), controlContract);
  serve(mux.port(controlPort), desktopContract, desktop);
  const said = new Promise<{ ready: boolean; code?: string; message?: string }>((resolve) => {
    control.on("ready", () => resolve({ ready: true }));
    control.on("failed", (why) => resolve({ ready: false, ...why }));
    void ended.then(({ code, signal }) => resolve({ ready: false, message: `it ended: ${code ?? signal} ${stderr}` }));
  });
  return { child, mux, control, said, ended, window: (port) => connect(mux.port(port), hostContract) };
}
