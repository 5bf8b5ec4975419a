import { evaluate } from "../agent/policy/evaluate.ts";
import type { SealView } from "../shared/host-contract.ts";
import type { Policy } from "../shared/policy.ts";
import { isAtLeast, type SandboxReport } from "../shared/sandbox.ts";
import { needsGateway } from "../shared/perimeter.ts";
import type { Grant, ToolSpec } from "../shared/tool.ts";
import { openings, type PerimeterFacts } from "./perimeter/openings.ts";

export interface SealFacts {
  /** The network interfaces beside the loopback. */
  readonly interfaces: readonly string[];
  /** Whether the kernel refuses sockets, and with them every program of this machine that listens on one. */
  readonly socketsRefused: boolean;
  /** Why there are interfaces or sockets, as whoever started the host knows it; undefined when nobody said. */
  readonly reason: string | undefined;
  readonly sandbox: SandboxReport;
  readonly tools: readonly ToolSpec[];
  readonly agent: string;
  /** The policy in force, folders by their real paths; null when it cannot be used: then no tool runs. */
  readonly policy: Policy | null;
  /** What is listed at the perimeter, and whether there is a gateway. */
  readonly perimeter: PerimeterFacts;
}

/** Whether anything can leave this machine, what is open, and who decided that. */
export function sealView(facts: SealFacts): SealView {
  const { interfaces, socketsRefused, reason, sandbox, policy, perimeter } = facts;
  const isReachable = interfaces.length > 0;
  const names = interfaces.join(", ");
  const why = (
    reason ?? "It was started without a seal of its own, as from the command line. The desktop gives it one."
  ).trim();
  return {
    network: isReachable ? "reachable" : "none",
    detail: `${
      isReachable
        ? `The host can see the network (${names}). ${why}`
        : `The host and all that it starts have no network interface but their own loopback${
            socketsRefused
              ? ", and the kernel refuses them sockets: nothing can be sent, and no program that listens be asked to."
              : `: they can send nothing themselves. The kernel does not refuse them sockets. ${why}`
          }`
    } ${ofGateway(perimeter)}`,
    sandbox,
    openings: [
      ...(isReachable
        ? [
            `Network: the host's processes can see ${names}. Indoors has no code that uses it, but the system would let it.`,
          ]
        : []),
      ...(socketsRefused
        ? []
        : [
            "Sockets: programs on this machine could be reached through their sockets, such as the session bus, and asked to send something.",
          ]),
      ...openings(perimeter.list),
      ...(policy === null ? [] : [...weakSandbox(policy, sandbox), ...unasked(policy, facts)]),
    ],
  };
}

/** Beside the host there is one process that may have a network, or none. */
function ofGateway({ list, gateway }: PerimeterFacts): string {
  if (needsGateway(list)) return "The gateway, a process of its own, reaches what is listed below and nothing else.";
  return gateway === "running"
    ? "A gateway runs for the moment, since an address is being looked at; nothing is listed."
    : "There is no gateway process: nothing is listed at the perimeter.";
}

/** Tools that run in a sandbox the kernel takes no part in, because the policy says so. */
function weakSandbox({ minimumLevel }: Policy, { level }: SandboxReport): readonly string[] {
  const isWeak = level === "C" || level === "D";
  if (!isWeak || !isAtLeast(level, minimumLevel)) return [];
  return [
    `Sandbox: tools run at level ${level}, where nothing of the kernel stops the network, because policy.json sets minimumLevel ${minimumLevel}.`,
  ];
}

/** Tools that write or run without a question, each by the rule that decides so. */
function unasked(policy: Policy, { tools, sandbox, agent }: SealFacts): readonly string[] {
  return policy.rules.flatMap((rule, index) => {
    const grants: readonly Grant[] =
      rule.grant === undefined ? [] : [{ name: rule.grant, path: rule.grant, mode: "rw" }];
    const opened = tools.filter((tool) => {
      if (tool.effect === "read" || (rule.agent ?? agent) !== agent) return false;
      const ruling = evaluate(policy, { agent, tool, grants, level: sandbox.level, taint: [] });
      return ruling.verdict === "allow" && ruling.rule === index;
    });
    if (opened.length === 0) return [];
    const names = opened.map(({ name }) => name).join(", ");
    const where = rule.grant === undefined ? "in every folder that is granted" : `in ${rule.grant}`;
    const note = rule.note === undefined ? "" : ` (${rule.note.replace(/\.$/u, "")})`;
    return [`Policy: ${names} ${where} without a question, by rule ${index + 1} of policy.json${note}.`];
  });
}
