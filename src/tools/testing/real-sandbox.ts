import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { openSandbox } from "../sandbox/open-sandbox.ts";
import type { Sandbox } from "../sandbox/sandbox.ts";

const sealPath = fileURLToPath(new URL("../../../resources/sandbox/seal", import.meta.url));

/** The sandbox of this machine, or null, loudly, where it is not at level A. The caller disposes of it. */
export async function realSandbox(): Promise<Sandbox | null> {
  if (existsSync(sealPath)) {
    const sandbox = await openSandbox({ sealPath, nodePath: process.execPath, onLog: () => {} });
    if (sandbox.report.level === "A") return sandbox;
    // oxlint-disable-next-line no-console -- a skipped test says so
    console.warn(`skipped: the sandbox is at level ${sandbox.report.level}: ${sandbox.report.missing.join(" ")}`);
    await sandbox.dispose();
  } else {
    // oxlint-disable-next-line no-console -- a skipped test says so
    console.warn(`skipped: ${sealPath} is not here: run indoors setup`);
  }
  return null;
}
