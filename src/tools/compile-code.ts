import { spawn } from "node:child_process";
import { mkdirSync } from "node:fs";
import { workerCommand, type WorkerCommandOptions } from "./worker-command.ts";

/**
 * Has Node store the compiled code of all tools, for workers to start with. Runs our own files and nothing else, outside
 * the sandbox: in there the folder is read-only. What is stored already is kept, and what no longer fits is replaced by
 * Node itself. Resolves when it is done, however it went: without the code workers start more slowly, and that is all.
 */
export function compileCode(
  options: Pick<WorkerCommandOptions, "nodePath" | "heapMb"> & {
    readonly codeFolder: string;
    readonly signal: AbortSignal;
    readonly onFault: (fault: unknown, where: string) => void;
  },
): Promise<void> {
  const { signal, onFault, codeFolder } = options;
  return new Promise((resolve) => {
    try {
      mkdirSync(codeFolder, { recursive: true, mode: 0o700 });
      const { file, args, env } = workerCommand({ ...options, way: "compile", grants: [], weights: { ocr: null } });
      const child = spawn(file, args, { env, stdio: "ignore", signal, killSignal: "SIGKILL", windowsHide: true });
      child.once("error", (error) => {
        if (!signal.aborted) onFault(error, "compiling the tools");
      });
      child.once("close", () => resolve());
    } catch (error) {
      onFault(error, "compiling the tools");
      resolve();
    }
  });
}
