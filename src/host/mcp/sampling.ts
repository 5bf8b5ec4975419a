import { randomUUID } from "node:crypto";
import { evaluate } from "../../agent/policy/evaluate.ts";
import { samplingPrefix } from "../../agent/policy/is-about.ts";
import type { LanguageModel } from "../../agent/ports.ts";
import type { AuditEntry } from "../../shared/audit.ts";
import type { Implementation, Params } from "../../shared/contract.ts";
import { IndoorsError } from "../../shared/errors.ts";
import type { mcpHostContract } from "../../shared/mcp-contract.ts";
import type { SandboxReport } from "../../shared/sandbox.ts";
import type { Approvals } from "../approvals.ts";
import type { AuditLog } from "../audit-log.ts";
import { audited } from "../audited.ts";
import type { PolicyFile } from "../policy-file.ts";

export type SamplingRequest = Params<typeof mcpHostContract, "sample">;
type Sampled = Awaited<ReturnType<Implementation<typeof mcpHostContract>["sample"]>>;

/** A run that a server may be working for, with the model that the run has borrowed. */
export interface SamplingRun {
  readonly runId: string;
  readonly agent: string;
  readonly model: LanguageModel;
  /** By name. */
  readonly modelName: string;
}

export interface SamplingOptions {
  readonly policy: Pick<PolicyFile, "read">;
  readonly approvals: Pick<Approvals, "ask">;
  readonly audit: AuditLog;
  readonly sandbox: () => Promise<Pick<SandboxReport, "level">>;
}

/** A server gets short texts: it is a guest at somebody's question. */
const mostTokens = 512;

/** Lets servers use the local model, when the policy names them for it: the model of the run they work for. */
export class Sampling {
  readonly #options: SamplingOptions;

  constructor(options: SamplingOptions) {
    this.#options = options;
  }

  /** Whether a server is told that it may ask at all. A policy that cannot be read names nobody. */
  async isPossible(server: string): Promise<boolean> {
    const { rules } = await this.#options.policy.read().catch(() => ({ rules: [] }));
    return rules.some(({ tool, verdict }) => tool === samplingPrefix + server && verdict !== "deny");
  }

  /**
   * Has the model write something for a server.
   * @throws IndoorsError `tool.denied`, `tool.limit` when the prompt does not fit, `cancelled`, `audit.unwritable`
   */
  async sample(
    server: string,
    run: SamplingRun | undefined,
    request: SamplingRequest,
    signal: AbortSignal,
  ): Promise<Sampled> {
    const { audit } = this.#options;
    const { by, why } = await this.#decide(server, run, request, signal);
    const entry: AuditEntry = {
      action: "server.sampling",
      actor: { kind: "system", name: `server:${server}` },
      runId: run?.runId ?? null,
      subject: server,
      facts: { agent: run?.agent ?? null, by, messages: request.messages.length, maxTokens: request.maxTokens },
      content: { prompt: JSON.stringify([request.system, request.messages]), reason: why },
    };
    if (by === null || run === undefined) {
      await audit.event({ ...entry, facts: { ...entry.facts, refused: true } });
      throw new IndoorsError("tool.denied", `The model was not asked: ${why}`);
    }
    return await audited(audit, entry, () => write(run, request, signal));
  }

  /** Who allowed it, or null, and why. */
  async #decide(
    server: string,
    run: SamplingRun | undefined,
    request: SamplingRequest,
    signal: AbortSignal,
  ): Promise<{ readonly by: string | null; readonly why: string }> {
    const { policy, approvals, sandbox } = this.#options;
    if (run === undefined) return { by: null, why: "No question is being answered that the server works for." };
    const { runId, agent } = run;
    const tool = samplingPrefix + server;
    const { level } = await sandbox();
    const written = await policy.read().catch((error: Error) => error);
    if (written instanceof Error) return { by: null, why: written.message };
    const ruling = evaluate(written, { agent, tool: { name: tool, effect: "run" }, grants: [], level, taint: [] });
    if (ruling.verdict === "deny") return { by: null, why: ruling.reason };
    if (ruling.verdict === "allow") return { by: "policy", why: ruling.reason };
    const question = {
      ...({ runId, agent, about: "call", reason: ruling.reason, effect: "run", level } as const),
      call: { id: randomUUID(), tool, arguments: { ...request } },
      ...{ grants: [], taint: [`what the server ${server} wrote`], changes: [] },
    };
    const answer = await approvals.ask({ ...question, scopes: ["call"] }, signal);
    const why = answer.decision === "allow" ? `${answer.by} allowed it.` : `${answer.by} did not allow it.`;
    return { by: answer.decision === "allow" ? answer.by : null, why };
  }
}

async function write(
  { model, modelName }: SamplingRun,
  request: SamplingRequest,
  signal: AbortSignal,
): Promise<Sampled> {
  const { system, messages } = request;
  const maxTokens = Math.min(request.maxTokens, mostTokens);
  const prompt = [
    ...(system === null ? [] : [{ role: "system" as const, text: system }]),
    ...messages.map(({ role, text }) => ({ role, text })),
  ];
  const tokens = await model.countPrompt(prompt, signal);
  if (tokens + maxTokens > model.contextTokens) {
    throw new IndoorsError(
      "tool.limit",
      `The model was not asked: the prompt needs ${tokens} tokens and it reads ${model.contextTokens}, its answer included. Send less.`,
    );
  }
  const { text, stop } = await model.generate(
    { messages: prompt, maxTokens, temperature: 0, seed: 1 },
    signal,
    () => {},
  );
  return { text, model: modelName, stop: stop === "max-tokens" ? "max-tokens" : "end" };
}
