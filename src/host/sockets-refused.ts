import { execFile } from "node:child_process";

/**
 * Whether the kernel refuses this process every socket that could lead to another program. It is tried by a child, which
 * inherits what holds here: what the shell says it has done is no evidence. False when it cannot be tried.
 * @param sealPath the sandbox helper
 */
export function socketsRefused(sealPath: string): Promise<boolean> {
  return new Promise((resolve) => {
    execFile(sealPath, ["probe-host"], { env: {}, timeout: 3000 }, (error, stdout) =>
      resolve(error === null && stdout === "refused\n"),
    );
  });
}
