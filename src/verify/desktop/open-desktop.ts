import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { _electron, type ElectronApplication, type Page } from "playwright-core";
import { electronAt } from "../../setup/electron.mjs";
import { here } from "../../setup/house.mjs";
import { descendants } from "./processes.ts";
import { openScreen } from "./screen.ts";
import { makeTestUser } from "./test-user.ts";

export interface DesktopOptions {
  /** Further arguments of the program. */
  readonly args?: readonly string[];
  readonly env?: Readonly<Record<string, string>>;
  /** Of the screen, in pixels; 1280×800 when left out. */
  readonly size?: { readonly width: number; readonly height: number };
  /** A WAV file that the microphone hears, again and again. It must be readable for every user. */
  readonly fakeMicrophone?: string;
  /** From `temporaryFolder`, to open the desktop again on the same data. When left out: one that close() deletes. */
  readonly dataFolder?: string;
  /** Another Electron than that of this checkout, such as a packaged build with node inspect on. */
  readonly program?: string;
  /** How long the window may take, in milliseconds. */
  readonly timeout?: number;
}

/** The program as a person has it before them, and the strings to pull. */
export interface Desktop {
  readonly app: ElectronApplication;
  /** The window. */
  readonly page: Page;
  readonly dataFolder: string;
  /** Process ids: the shell, and those below it by a part of their command. */
  readonly pid: number;
  pidsOf(part: string): number[];
  /** The host; undefined while there is none. */
  hostPid(): number | undefined;
  /** Gives a file or folder, and all below it, to the user of the program. */
  own(path: string): void;
  /** What the program wrote on stdout and stderr. */
  log(): string;
  /** kill -9 on the shell, as a power cut would; what it had started may live on. `close` is still needed. */
  kill(): Promise<void>;
  /** Quits the program, ends what is left of it, and takes away screen, user and, unless it was given, data folder. */
  close(): Promise<void>;
}

const defaultSize = { width: 1280, height: 800 };

/** A folder that the desktop's user can be given. Whoever asks for it deletes it. */
export function temporaryFolder(): string {
  return mkdtempSync(join(tmpdir(), "indoors-desktop-"));
}

/**
 * Opens the desktop of this checkout on a screen of its own, as a user without rights and with Chromium's sandbox on,
 * driven by Playwright. What it opened is gone after `close`, also when opening fails.
 * @throws when the window does not appear, with what the program wrote
 */
export async function openDesktop(options: DesktopOptions = {}): Promise<Desktop> {
  await using stack = new AsyncDisposableStack();
  const dataFolder = options.dataFolder ?? temporaryFolder();
  if (options.dataFolder === undefined) stack.defer(() => rmSync(dataFolder, { recursive: true, force: true }));
  const home = temporaryFolder();
  stack.defer(() => rmSync(home, { recursive: true, force: true }));
  const screen = await openScreen(options.size ?? defaultSize);
  stack.defer(() => screen.close());
  const user = makeTestUser();
  stack.defer(() => user.remove());

  const runtimeFolder = join(home, "run");
  mkdirSync(runtimeFolder, { mode: 0o700 });
  const env = {
    PATH: process.env["PATH"] ?? "",
    HOME: home,
    XDG_RUNTIME_DIR: runtimeFolder,
    DISPLAY: screen.display,
    LANG: "en_US.UTF-8",
    INDOORS_DATA: dataFolder,
    // Draws without a graphics card, so that every machine draws the same.
    INDOORS_TEST: "1",
    ...options.env,
  };
  const starter = join(home, "start");
  writeFileSync(starter, startScript([...user.prefix, options.program ?? electronAt(here).program]), { mode: 0o755 });
  for (const folder of [home, dataFolder]) user.own(folder);

  let log = "";
  const take = (text: unknown) => (log = (log + String(text)).slice(-200_000));
  const start = {
    executablePath: starter,
    args: [...microphone(options.fakeMicrophone), ...(options.args ?? [])],
    env,
    cwd: home,
    chromiumSandbox: true,
    timeout: options.timeout ?? 20_000,
  };
  const app = await launch(start, options.timeout === undefined ? 3 : 1);
  const child = app.process();
  const pid = Number(child.pid);
  child.stdout?.on("data", take);
  child.stderr?.on("data", take);
  const ended = new Promise<void>((resolve) => {
    if (child.exitCode !== null || child.signalCode !== null) resolve();
    else child.once("exit", () => resolve());
  });
  const kill = async () => {
    child.kill("SIGKILL");
    await ended;
  };
  stack.defer(async () => {
    const patience = AbortSignal.timeout(10_000);
    const isLate = new Promise<void>((resolve) => patience.addEventListener("abort", () => resolve()));
    await Promise.race([app.close().catch(() => {}), ended, isLate]);
    await kill();
  });
  const page = await app.firstWindow({ timeout: options.timeout ?? 45_000 }).catch((error: unknown) => {
    throw new Error(`the window did not appear: ${String(error)}\n${log}`);
  });

  const pidsOf = (part: string) =>
    descendants(pid)
      .filter(({ command }) => command.some((word) => word.includes(part)))
      .map((entry) => entry.pid);
  const owned = stack.move();
  return {
    app,
    page,
    dataFolder,
    pid,
    pidsOf,
    // bubblewrap has the same words in its command line: the host is the innermost.
    hostPid: () => pidsOf(join("host", "serve.js")).at(-1),
    own: (path) => user.own(path),
    log: () => log,
    kill,
    close: () => owned.disposeAsync(),
  };
}

/**
 * Playwright now and then misses its own connection to a program that runs: then it has ended that program, and starts
 * another one. A program that ends by itself is not tried again.
 */
async function launch(start: Parameters<typeof _electron.launch>[0], tries: number): Promise<ElectronApplication> {
  for (let left = tries - 1; ; left--) {
    try {
      return await _electron.launch(start);
    } catch (error) {
      if (left <= 0 || !String(error).includes("Timeout")) {
        throw new Error(`the desktop did not start: ${String(error)}`, { cause: error });
      }
      console.warn("Playwright did not reach the program in time; it is started again");
    }
  }
}

/** The program in Playwright's place for it. `exec` keeps the process id, so that a kill hits the program itself. */
function startScript(command: readonly string[]): string {
  const quoted = command.map((word) => `'${word.replaceAll("'", `'\\''`)}'`).join(" ");
  return `#!/bin/sh\nexec ${quoted} "$@"\n`;
}

/** Chromium's own stand-in for a microphone; the permission is asked of our code all the same. */
function microphone(file: string | undefined): string[] {
  if (file === undefined) return [];
  return ["--use-fake-device-for-media-stream", `--use-file-for-fake-audio-capture=${file}`];
}
