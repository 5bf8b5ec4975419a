import type { SandboxReport } from "../shared/sandbox.ts";
import { openSandbox } from "../tools/sandbox/open-sandbox.ts";
import type { AppFiles } from "./app-files.ts";

/** Tries the sandbox of this machine once, without a host. */
export async function probeSandboxOnce({
  sealPath,
  nodePath,
}: Pick<AppFiles, "sealPath" | "nodePath">): Promise<SandboxReport> {
  const sandbox = await openSandbox({ sealPath, nodePath, onLog: () => {} });
  await sandbox.dispose();
  return sandbox.report;
}
