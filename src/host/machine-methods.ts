import { firstAgent } from "../shared/agent.ts";
import type { Implementation } from "../shared/contract.ts";
import type { hostContract } from "../shared/host-contract.ts";
import { licenceText, listLicences } from "./about.ts";
import { reachableInterfaces } from "./network-interfaces.ts";
import type { Perimeter } from "./perimeter/perimeter.ts";
import { type PolicyFile, withRealPaths } from "./policy-file.ts";
import { readinessReport, type ReadinessParts } from "./readiness.ts";
import { sealView } from "./seal-view.ts";
import type { SealedTools } from "./sealed-tools.ts";
import { socketsRefused } from "./sockets-refused.ts";

type MachineMethod = Extract<
  keyof typeof hostContract.methods,
  `readiness.${string}` | `seal.${string}` | `about.${string}`
>;

export interface MachineMethodsOptions extends Omit<ReadinessParts, "sandbox" | "desktopDecodes" | "perimeter"> {
  readonly desktopDecodes: () => boolean;
  readonly sealedTools: () => Promise<Pick<SealedTools, "specs" | "report">>;
  readonly policy: Pick<PolicyFile, "read">;
  readonly perimeter: Pick<Perimeter, "facts">;
  /** Why the host has a network or sockets, as whoever started it knows. */
  readonly unsealedBecause: string | undefined;
}

/** The part of the host's contract that is about this machine and this program. */
export function machineMethods(
  options: MachineMethodsOptions,
): Pick<Implementation<typeof hostContract>, MachineMethod> {
  const { files, dataFolder, sealedTools, policy, unsealedBecause } = options;
  return {
    "readiness.report": async ({ measure }, signal) => {
      const sandbox = async () => (await sealedTools()).report();
      const perimeter = await options.perimeter.facts();
      const found = { ...options, sandbox, perimeter, desktopDecodes: options.desktopDecodes() };
      return await readinessReport(found, measure, signal);
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
          agent: firstAgent,
        },
        policy: await policy.read().then(withRealPaths, () => null),
        perimeter: await options.perimeter.facts(),
      });
    },
    "about.get": async () => ({
      ...{ version: files.version, node: process.version, dataFolder },
      licences: await listLicences(files.licencesFile),
    }),
    "about.licence": async ({ name }) => ({ text: await licenceText(files.licencesFile, name) }),
  };
}
