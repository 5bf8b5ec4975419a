// Run by the tests as somebody else: starts each program of the list in the sandbox and says how it ended.
import { readFileSync, writeSync } from "node:fs";
import type { SandboxLimits, SandboxReport } from "../../shared/sandbox.ts";
import type { Grant } from "../../shared/tool.ts";
import { findAppFiles } from "../../host/app-files.ts";
import { openSandbox } from "../../tools/sandbox/open-sandbox.ts";
import type { SealedExit } from "../../tools/sandbox/sandbox.ts";
import { programsWith } from "./processes.ts";

export interface UseUpInput {
  readonly program: string;
  readonly grants: readonly Grant[];
  readonly token: string;
  /** Only this launcher; by default the best one. */
  readonly launcher?: "landlock";
  readonly jobs: readonly { readonly id: string; readonly args: readonly string[]; readonly limits: SandboxLimits }[];
}

export interface UseUpOutput {
  readonly report: SandboxReport;
  readonly jobs: Readonly<Record<string, UseUpEnd>>;
}

export interface UseUpEnd {
  readonly exit: SealedExit;
  /** The end of stdout, where the verdicts stand. */
  readonly tail: string;
  readonly bytes: number;
  /** Programs with the token in their arguments when it was over. */
  readonly left: number;
}

const input = JSON.parse(readFileSync(0, "utf8")) as UseUpInput;
const { sealPath, nodePath } = findAppFiles();
const sandbox = await openSandbox({
  sealPath,
  nodePath,
  onLog: (line) => process.stderr.write(`${line}\n`),
  ...(input.launcher === undefined ? {} : { launchers: [input.launcher] }),
});
const jobs: Record<string, UseUpEnd> = {};
// At level D nothing can be started; the report says so.
for (const { id, args, limits } of sandbox.report.level === "D" ? [] : input.jobs) {
  const grants = [...input.grants];
  const one = await sandbox.start({ file: input.program, args, env: {}, readOnly: [], grants, limits });
  let tail = "";
  let bytes = 0;
  one.stdin?.on("error", () => {}).end();
  one.stderr?.on("data", (chunk: Buffer) => process.stderr.write(chunk));
  one.stdout?.on("data", (chunk: Buffer) => {
    bytes += chunk.length;
    tail = (tail + chunk.toString("latin1")).slice(-50_000);
  });
  const exit = await one.exited;
  jobs[id] = { exit, tail, bytes, left: programsWith(input.token).length };
  await one.dispose();
}
writeSync(1, `\u0002${JSON.stringify({ report: sandbox.report, jobs } satisfies UseUpOutput)}`);
await sandbox.dispose();
