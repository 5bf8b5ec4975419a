import type { Policy, PolicyRule, Verdict } from "../../shared/policy.ts";
import { isAtLeast, type SandboxLevel } from "../../shared/sandbox.ts";
import type { Grant } from "../../shared/tool.ts";
import { folderOrder } from "./folder-order.ts";
import { isAbout, type JudgedTool, serverPrefix } from "./is-about.ts";

/** A call, as far as the policy is concerned. */
export interface Situation {
  readonly agent: string;
  /** For the changes that a call prepared, `effect` is `write`. */
  readonly tool: JudgedTool;
  /** What `touchedGrants` says. Paths are real paths, and so are those of the policy. */
  readonly grants: readonly Grant[];
  readonly level: SandboxLevel;
  /** What `taintOf` says. */
  readonly taint: readonly string[];
}

export interface Ruling {
  readonly verdict: Verdict;
  /** A sentence for people and for the model. */
  readonly reason: string;
  /** The rule that decided, counted from 0; null when none did. */
  readonly rule: number | null;
  /** The weakest level of the sandbox that would do, when it is the level that decided. */
  readonly level?: SandboxLevel;
}

const strictness = { allow: 0, ask: 1, deny: 2 } as const satisfies Record<Verdict, number>;
const words = { allow: "allows", ask: "asks about", deny: "denies" } as const satisfies Record<Verdict, string>;
const effectWords = { read: "tools that read", write: "tools that write", run: "tools that act" } as const;

/** What the policy says of a call. README.md of this folder says how, line by line. */
export function evaluate(policy: Policy, situation: Situation): Ruling {
  const { tool, grants, level, taint } = situation;
  const minimum = strictestLevel(policy, tool.name);
  if (!isAtLeast(level, minimum)) {
    const reason = `${tool.name} needs the sandbox at level ${minimum} or better; on this machine it is at level ${level}.`;
    return { verdict: "deny", reason, rule: null, level: minimum };
  }
  const places = grants.length === 0 ? [undefined] : grants;
  const ruling = places
    .map((grant) => rulingFor(policy.rules, situation, grant))
    .reduce((strictest, next) => (strictness[next.verdict] > strictness[strictest.verdict] ? next : strictest));
  if (ruling.verdict === "allow" && tool.effect !== "read" && taint.length > 0) {
    return { verdict: "ask", reason: `${taintSentence(taint)} ${ruling.reason}`, rule: ruling.rule };
  }
  return ruling;
}

/** Walks the rules for one touched grant, or for none. */
function rulingFor(rules: readonly PolicyRule[], { agent, tool }: Situation, grant: Grant | undefined): Ruling {
  let partly: Ruling | undefined;
  for (const [index, rule] of rules.entries()) {
    if (rule.agent !== undefined && rule.agent !== agent) continue;
    if (!isAbout(rule.tool, tool)) continue;
    const reach = reachOf(rule, grant);
    if (reach === "none") continue;
    const found = { verdict: rule.verdict, reason: sentenceFor(rule, index, tool, grant), rule: index };
    if (reach === "all") return stricter(partly, found);
    if (rule.verdict !== "allow") partly = stricter(partly, found);
  }
  const unlisted = grant === undefined ? fullName(tool) : `${fullName(tool)} in ${grant.name}`;
  return stricter(partly, { verdict: "deny", reason: `No rule of the policy lists ${unlisted}.`, rule: null });
}

/** How much of a grant a rule speaks of. What lies inside the grant is a part: which part a call reaches is not known. */
function reachOf(rule: PolicyRule, grant: Grant | undefined): "all" | "part" | "none" {
  if (rule.grant === undefined) return "all";
  if (grant === undefined) return "none";
  const order = folderOrder(grant.path, rule.grant);
  return order === "apart" ? "none" : order === "around" ? "part" : "all";
}

function stricter(one: Ruling | undefined, other: Ruling): Ruling {
  return one !== undefined && strictness[one.verdict] >= strictness[other.verdict] ? one : other;
}

function strictestLevel(policy: Policy, tool: string): SandboxLevel {
  const own = Object.hasOwn(policy.minimumLevelOf ?? {}, tool) ? policy.minimumLevelOf?.[tool] : undefined;
  return own !== undefined && isAtLeast(own, policy.minimumLevel) ? own : policy.minimumLevel;
}

function sentenceFor(rule: PolicyRule, index: number, tool: JudgedTool, grant: Grant | undefined): string {
  const what = subjectWords(rule.tool, tool);
  const where = rule.grant === undefined || grant === undefined ? "" : ` in ${grant.name}`;
  const note = rule.note === undefined ? "" : ` (${rule.note.replace(/\.$/u, "")})`;
  return `Rule ${index + 1} of the policy ${words[rule.verdict]} ${what}${where}${note}.`;
}

/** What a rule speaks of, and, unless it names it, that a server's tool is one of these. */
function subjectWords(subject: PolicyRule["tool"], tool: JudgedTool): string {
  const { name, effect, server } = tool;
  if (subject === undefined) return "every tool";
  if (server !== undefined && subject === serverPrefix + server.name) return `every tool of the server ${server.name}`;
  if (subject === name) return fullName(tool);
  return server === undefined ? effectWords[effect] : `${effectWords[effect]}, such as ${fullName(tool)}`;
}

/** A tool with its server; a server as a whole is judged under the name of a rule about it. */
function fullName({ name, server }: JudgedTool): string {
  if (server === undefined) return name;
  return name === serverPrefix + server.name
    ? `tools of the server ${server.name}`
    : `${name} of the server ${server.name}`;
}

function taintSentence(taint: readonly string[]): string {
  const shown = taint.slice(0, 3).join("; ");
  const more = taint.length > 3 ? ` and ${taint.length - 3} more` : "";
  return `This conversation has read content that could hold instructions of someone else (${shown}${more}).`;
}
