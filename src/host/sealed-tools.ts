import { mkdir, rm } from "node:fs/promises";
import { join } from "node:path";
import { messageOf } from "../shared/errors.ts";
import type { Image } from "../shared/image.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import type { Grant, ToolSpec } from "../shared/tool.ts";
import type { ToolWeights } from "../tools/definition.ts";
import { toolsFor } from "../tools/registry.ts";
import { openSandbox } from "../tools/sandbox/open-sandbox.ts";
import type { Sandbox } from "../tools/sandbox/sandbox.ts";
import { openToolLauncher, type ToolLaunch, type ToolRequest } from "../tools/tool-launcher.ts";
import type { AppFiles } from "./app-files.ts";
import { readImages } from "./images.ts";

export interface SealedToolsOptions {
  readonly files: AppFiles;
  readonly images: readonly Image[];
  readonly weights: ToolWeights;
  /** A folder of the host alone, for staged changes and compiled code of workers. */
  readonly folder: string;
  /** Told what each probe found, the first one included. */
  readonly onProbe: (report: SandboxReport) => Promise<void>;
  readonly onLog: (line: string) => void;
  readonly onFault: (fault: unknown, where: string) => void;
}

/** The tools of this machine and the sandbox they run in. */
export interface SealedTools {
  readonly specs: readonly ToolSpec[];
  readonly sandbox: Sandbox;
  /** What the last probe found. */
  report(): SandboxReport;
  launch(request: ToolRequest): Promise<ToolLaunch>;
  /** Starts workers ahead for calls that will come with these grants. Returns at once. */
  prepare(grants: readonly Grant[]): void;
  /** Ends every worker. */
  dispose(): Promise<void>;
}

export interface OnDemandOptions extends Omit<SealedToolsOptions, "images" | "weights" | "onFault"> {
  readonly dataFolder: string;
  readonly weights: () => Promise<ToolWeights>;
  readonly onNotice: (sentence: string) => void;
}

/**
 * Opens the tools when they are first needed: most commands need none. When that fails it is tried again at the next
 * need. An images file that cannot be used costs `run_script`, and is said.
 */
export function sealedToolsOnDemand(options: OnDemandOptions): {
  readonly get: () => Promise<SealedTools>;
  dispose(): Promise<void>;
} {
  const { dataFolder, weights, onNotice, onLog } = options;
  let opened: Promise<SealedTools> | undefined;
  const open = async () => {
    const images = await readImages(dataFolder).catch((error: unknown) => {
      onNotice(`${messageOf(error)} Until then there is no run_script.`);
      return [];
    });
    const onFault = (fault: unknown, where: string) => onLog(`tool: ${where}: ${messageOf(fault)}`);
    return await openSealedTools({ ...options, images, weights: await weights(), onFault });
  };
  return {
    get() {
      const opening = (opened ??= open());
      opening.catch(() => (opened = undefined));
      return opening;
    },
    async dispose() {
      await opened?.then((tools) => tools.dispose()).catch((error: unknown) => onLog(messageOf(error)));
    },
  };
}

/** Opens the sandbox, which probes it, and the launcher of tools. Takes about as long as starting Node twice. */
export async function openSealedTools(options: SealedToolsOptions): Promise<SealedTools> {
  const { files, images, weights, folder, onProbe, onLog, onFault } = options;
  const { nodePath, sealPath } = files;
  const tools = toolsFor(images);
  const [codeFolder, stagingFolder] = [join(folder, "code"), join(folder, "staging")];
  // What a host that was killed had staged is nobody's any more.
  await rm(stagingFolder, { recursive: true, force: true });
  for (const made of [codeFolder, stagingFolder]) await mkdir(made, { recursive: true, mode: 0o700 });
  const sandbox = tellingOfProbes(await openSandbox({ sealPath, nodePath, onLog }), onProbe);
  await onProbe(sandbox.report);
  const launcher = openToolLauncher({ sandbox, nodePath, weights, onFault, tools, codeFolder, stagingFolder });
  return {
    specs: tools.map(({ spec }) => spec),
    sandbox,
    report: () => sandbox.report,
    launch: (request) => launcher.launch(request),
    prepare: (grants) => launcher.prepare(grants),
    async dispose() {
      await launcher.dispose();
      await sandbox.dispose();
    },
  };
}

function tellingOfProbes(sandbox: Sandbox, onProbe: (report: SandboxReport) => Promise<void>): Sandbox {
  return {
    get report() {
      return sandbox.report;
    },
    start: (command) => sandbox.start(command),
    async probe() {
      const report = await sandbox.probe();
      await onProbe(report);
      return report;
    },
    dispose: () => sandbox.dispose(),
  };
}
