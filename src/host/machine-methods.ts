import type { Implementation } from "../shared/contract.ts";
import type { hostContract } from "../shared/host-contract.ts";
import { licenceText, listLicences } from "./about.ts";
import { agentName } from "./agent-runs.ts";
import { reachableInterfaces } from "./network-interfaces.ts";
import { type PolicyFile, withRealPaths } from "./policy-file.ts";
import { readinessReport, type ReadinessParts } from "./readiness.ts";
import { sealView } from "./seal-view.ts";
import type { SealedTools } from "./sealed-tools.ts";
import { socketsRefused } from "./sockets-refused.ts";

type MachineMethod = Extract<
  keyof typeof hostContract.methods,
  `readiness.${string}` | `seal.${string}` | `about.${string}`
>;

export interface MachineMethodsOptions extends Omit<ReadinessParts, "sandbox" | "desktopDecodes"> {
  readonly desktopDecodes: () => boolean;
  readonly sealedTools: () => Promise<Pick<SealedTools, "specs" | "report">>;
  readonly policy: Pick<PolicyFile, "read">;
  /** Why the host has a network or sockets, as whoever started it knows. */
  readonly unsealedBecause: string | undefined;
}

/** The part of the host's contract that is about this machine and this program. */
export function machineMethods(
  options: MachineMethodsOptions,
): Pick<Implementation<typeof hostContract>, MachineMethod> {
  const { files, dataFolder, sealedTools, policy, unsealedBecause } = options;
  return {
    "readiness.report": ({ measure }, signal) => {
      const sandbox = async () => (await sealedTools()).report();
      return readinessReport({ ...options, sandbox, desktopDecodes: options.desktopDecodes() }, measure, signal);
    },
    "seal.get": async () => {
      const [interfaces, refused, { specs, report }] = await Promise.all([
        reachableInterfaces(),
        socketsRefused(files.sealPath),
        sealedTools(),
      ]);
      return sealView({
        ...{
          interfaces,
          socketsRefused: refused,
          reason: unsealedBecause,
          sandbox: report(),
          tools: specs,
          agent: agentName,
        },
        policy: await policy.read().then(withRealPaths, () => null),
      });
    },
    "about.get": async () => ({
      ...{ version: files.version, node: process.version, dataFolder },
      licences: await listLicences(files.licencesFile),
    }),
    "about.licence": async ({ name }) => ({ text: await licenceText(files.licencesFile, name) }),
  };
}
