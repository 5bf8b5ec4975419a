import type { Agent } from "../shared/agent.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { InstalledModel } from "../shared/model.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import type { ToolCall, ToolSpec } from "../shared/tool.ts";
import { listAgents } from "../store/agents.ts";
import type { Reader } from "../store/connection.ts";
import { getRun, type Run } from "../store/runs.ts";
import type { AuditLog } from "./audit-log.ts";
import type { LaunchedCall } from "./tool-calls.ts";

export const handOverTool = "hand_over";

/** How often a question of a person may be handed on. */
const mostHandOvers = 3;
/** How much of what an agent is for is shown to a model. */
const shownPurpose = 120;

/** A question on its way to another agent. No folder and no earlier yes goes with it; what was read before it does. */
export interface HandOver {
  readonly agent: Agent;
  readonly model: InstalledModel;
  readonly task: string;
  readonly taint: readonly string[];
}

/**
 * The agents that may answer in the place of this run's: those that its agent hands over to, without any that had the
 * question before. None when it has been handed on often enough.
 */
export function handOverTargets(reader: Reader, run: Run): readonly Agent[] {
  const had = [run.agent];
  for (let before = run.handedOverBy; before !== null && had.length <= mostHandOvers;) {
    const giver = getRun(reader, before);
    had.push(giver.agent);
    before = giver.handedOverBy;
  }
  if (had.length > mostHandOvers) return [];
  const agents = listAgents(reader);
  const to = agents.find(({ id }) => id === run.agent)?.handOverTo ?? [];
  return agents.filter(({ id }) => to.includes(id) && !had.includes(id));
}

/**
 * The tool with which a question is handed over. It counts as running: who is asked may be allowed more than who asks,
 * so after content of others was read a person is asked, whatever the rules say.
 */
export function handOverSpec(targets: readonly Agent[]): ToolSpec {
  const named = targets.map(({ id, title, purpose }) => {
    const why = purpose.length > shownPurpose ? `${purpose.slice(0, shownPurpose)}…` : purpose;
    return `${id} (${[title, why].filter((part) => part !== "").join(": ")})`;
  });
  return {
    name: handOverTool,
    description:
      "Hands the question over to another agent, which answers in your place. It sees the task and nothing else: no folders, no results.",
    arguments: {
      agent: { kind: "choice", values: targets.map(({ id }) => id), description: `Who: ${named.join("; ")}` },
      task: {
        kind: "text",
        maxLength: 4000,
        description: "The whole task, with everything that must be known for it.",
      },
    },
    needs: ["agents"],
    effect: "run",
  };
}

export interface HandingOverOptions {
  readonly run: Run;
  readonly targets: readonly Agent[];
  /** Chooses what the other agent answers with. @throws IndoorsError when there is no such model */
  readonly modelOf: (agent: Agent) => Promise<InstalledModel>;
  /** What this run's conversation has read until now, in words. */
  readonly taint: () => readonly string[];
  readonly audit: AuditLog;
  readonly sandbox: () => Pick<SandboxReport, "level" | "launcher" | "probeId">;
}

/** What one run hands over: at most one question, after which it ends. */
export class HandingOver {
  readonly #options: HandingOverOptions;
  #handOver: HandOver | undefined;

  constructor(options: HandingOverOptions) {
    this.#options = options;
  }

  /** Nothing to offer when there is nobody to hand over to. */
  get specs(): readonly ToolSpec[] {
    const { targets } = this.#options;
    return targets.length === 0 ? [] : [handOverSpec(targets)];
  }

  /** What was handed over, once the call for it was allowed and recorded. */
  get made(): HandOver | undefined {
    return this.#handOver;
  }

  /** The answer that a run ends with that has handed its question over. */
  answer(): string | undefined {
    return this.#handOver && `Handed over to ${this.#handOver.agent.title}: ${this.#handOver.task}`;
  }

  /**
   * Carries out a call of the tool. The other agent begins when this run has ended.
   * @throws IndoorsError `input.invalid`, `model.missing`, `audit.unwritable`
   */
  async launch({ arguments: args }: ToolCall): Promise<LaunchedCall> {
    const { run, targets, modelOf, taint, audit, sandbox } = this.#options;
    const agent = targets.find(({ id }) => id === args["agent"]);
    const task = String(args["task"] ?? "").trim();
    if (agent === undefined || task === "" || this.#handOver !== undefined) {
      throw new IndoorsError(
        "input.invalid",
        "The question was not handed over: name one agent of the list and a task.",
      );
    }
    const model = await modelOf(agent);
    const read = taint().map((what) => `handed over by ${run.agent}: ${what}`);
    await audit.event({
      action: "run.handover",
      actor: { kind: "agent", name: run.agent },
      runId: run.id,
      subject: agent.id,
      facts: { from: run.agent, to: agent.id, model: model.name, tainted: read.length > 0 },
      content: { task },
    });
    this.#handOver = { agent, model, task, taint: read };
    const text = `Handed over to ${agent.title}.`;
    const { level, launcher, probeId } = sandbox();
    return {
      outcome: { ok: true, text, truncated: false },
      staged: null,
      facts: {
        ...{ level, launcher, probeId, image: null, warm: false, startMs: 0, runMs: 0 },
        ...{ exitCode: null, limit: null, outputBytes: text.length },
      },
    };
  }
}
