import type { ReadinessItem } from "../shared/host-contract.ts";
import type { SandboxReport } from "../shared/sandbox.ts";

const levelWords = {
  A: "everything the system offers holds",
  B: "strong, without namespaces of its own",
  C: "partial: nothing of the kernel stops the network",
  D: "none: no tool runs",
} as const;

/** What the sandbox means for the agent's tools, as lines of the readiness report. */
export function sandboxItems(report: SandboxReport): readonly ReadinessItem[] {
  const { level, launcher, missing, runningAsRoot, staging, checks } = report;
  const held = checks.filter(({ state }) => state === "stopped" || state === "works").length;
  const sealed = `sealed at level ${level} by ${launcher} (${levelWords[level]}), ${held} of ${checks.length} checks hold`;
  const remedy = missing.length > 0 ? missing.join(" ") : null;
  const weak = level === "C" || level === "D";
  const whole = level === "A" && missing.length === 0 && !runningAsRoot;
  const root = runningAsRoot ? "; you are root, which is not how to run tools" : "";
  return [
    {
      id: "sandbox",
      feature: "Tools for the agent",
      state: weak ? "missing" : whole ? "ready" : "limited",
      detail: sealed + root,
      remedy,
      action: whole ? null : "show-sandbox",
    },
    ...(staging || weak
      ? []
      : [
          {
            id: "sandbox-staging",
            feature: "Tools that write files",
            state: "missing" as const,
            detail: "what they would write cannot be shown first here, so they are refused; the remedy is the same",
            remedy: null,
            action: "show-sandbox" as const,
          },
        ]),
  ];
}
