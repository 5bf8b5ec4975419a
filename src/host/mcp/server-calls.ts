import { IndoorsError } from "../../shared/errors.ts";
import type { ServerResult } from "../../shared/mcp-contract.ts";
import { showHidden } from "../../shared/show-hidden.ts";
import type { ToolCall, ToolOutcome, ToolSpec } from "../../shared/tool.ts";
import { listMcpServers, listMcpTools, type McpServer, type McpTool } from "../../store/mcp-servers.ts";
import type { Store } from "../../store/open-store.ts";
import { neutralise, neutraliseDeep } from "../../tools/neutralise.ts";
import { readStaged } from "../../tools/staging/read-staged.ts";
import type { StagedChanges } from "../../tools/staging/staged-changes.ts";
import type { LaunchFacts } from "../../tools/tool-launcher.ts";
import type { SandboxReport } from "../../shared/sandbox.ts";
import type { LaunchedCall } from "../tool-calls.ts";
import type { ServerSession } from "./doubted-session.ts";
import type { SamplingRun } from "./sampling.ts";
import { grantsOf, stateOf, writesFolders } from "./server-row.ts";
import type { ServerSessions } from "./server-sessions.ts";
import { readResourceSpec, readResourceTool, serverToolName, serverToolSpec } from "./tool-specs.ts";
import { fingerprintOf } from "./fingerprint.ts";

export interface ServerCallsOptions {
  readonly store: Store;
  readonly sessions: ServerSessions;
  readonly report: () => Promise<Pick<SandboxReport, "level" | "probeId" | "launcher">>;
  /** A folder of the host alone, where staged changes wait. */
  readonly stagingFolder: string;
}

/** Silence that a call of a server is given. Progress stretches it. */
const callMs = 60_000;

/** The tools of servers as agents get them, and calling them: what was approved, exactly so, and nothing else. */
export class ServerCalls {
  readonly #options: ServerCallsOptions;

  constructor(options: ServerCallsOptions) {
    this.#options = options;
  }

  /** The tools that a person approved, as they were approved, of servers that are switched on. Nothing is started. */
  specs(): ToolSpec[] {
    const { reader } = this.#options.store;
    const specs = new Map<string, ToolSpec>();
    for (const server of listMcpServers(reader)) {
      if (!server.enabled) continue;
      for (const tool of listMcpTools(reader, server.name)) {
        const spec = stateOf(tool) === "approved" ? specOf(server, tool) : undefined;
        if (spec !== undefined && !specs.has(spec.name)) specs.set(spec.name, spec);
      }
    }
    return [...specs.values()];
  }

  /** Why nobody is offered this tool, as a sentence with its remedy; undefined for one that is offered, or is unknown. */
  whyNotOffered(toolName: string): string | undefined {
    const { reader } = this.#options.store;
    for (const server of listMcpServers(reader)) {
      if (!toolName.startsWith(`${server.name}__`)) continue;
      const tool = listMcpTools(reader, server.name).find(({ name }) => serverToolName(server.name, name) === toolName);
      return tool === undefined ? `The server ${server.name} has no such tool.` : refusalOf(server, tool);
    }
    return undefined;
  }

  /**
   * Calls a tool of a server. What the server describes now is compared with what was approved before anything is sent.
   * What the server would change in folders is staged. Failures of the server are outcomes; its text is neutralised.
   * @throws IndoorsError `server.refused`, `cancelled`, `audit.unwritable`, `sandbox.unavailable`
   */
  async call(spec: ToolSpec, call: ToolCall, run: SamplingRun, signal: AbortSignal): Promise<LaunchedCall> {
    const { sessions, report } = this.#options;
    const began = performance.now();
    const { server } = this.#approved(spec);
    const { level, probeId, launcher } = await report();
    const facts: { -readonly [K in keyof LaunchFacts]: LaunchFacts[K] } = {
      ...{ level, probeId, launcher, image: null, warm: false, startMs: 0, runMs: 0, exitCode: null, limit: null },
      ...{ outputBytes: 0, place: server.kind === "bundle" ? "sandbox" : "perimeter" },
    };
    const work = async (session: ServerSession, warm: boolean): Promise<LaunchedCall> => {
      const started = performance.now();
      const before = session.sealed?.outputBytes ?? 0;
      Object.assign(facts, { warm, startMs: rounded(started - began) });
      try {
        await sessions.readTools(server.name, session, signal);
        const { tool } = this.#approved(spec);
        const result = await this.#send(session, { server, tool, call, run }, signal);
        const staged = await this.#staged(server, session, result, signal);
        return { outcome: outcomeOf(result), staged, facts };
      } finally {
        facts.runMs = rounded(performance.now() - started);
        facts.outputBytes = (session.sealed?.outputBytes ?? 0) - before;
      }
    };
    try {
      return await sessions.use(server, work, signal);
    } catch (error) {
      if (!(error instanceof IndoorsError) || ownFailures.includes(error.code)) throw error;
      facts.limit = error.code === "tool.limit" || error.code === "timeout" ? error.code : null;
      return { outcome: { ok: false, code: error.code, text: neutralise(error.message) }, staged: null, facts };
    }
  }

  /** The server and the tool, when they are now what the spec was made of. @throws IndoorsError `server.refused` */
  #approved(spec: ToolSpec): { readonly server: McpServer; readonly tool: McpTool } {
    const { reader } = this.#options.store;
    const server = listMcpServers(reader).find(({ name }) => name === spec.server?.name);
    const tool =
      server === undefined
        ? undefined
        : listMcpTools(reader, server.name).find(({ name }) => serverToolName(server.name, name) === spec.name);
    if (server === undefined || tool === undefined) throw refused(spec.name, "It is not there any more.");
    const why = refusalOf(server, tool);
    if (why !== undefined) throw refused(spec.name, why);
    if (tool.fingerprint !== spec.server?.fingerprint) {
      throw refused(spec.name, "It was described and approved anew while the question was being answered. Ask again.");
    }
    return { server, tool };
  }

  async #send(
    { client }: ServerSession,
    { server, tool, call, run }: { server: McpServer; tool: McpTool; call: ToolCall; run: SamplingRun },
    signal: AbortSignal,
  ): Promise<ServerResult> {
    const callId = `${run.runId}:${call.id}`;
    const end = this.#options.sessions.begin(server.name, callId, { run, callId: call.id });
    try {
      if (isReadResource(tool)) {
        const uri = String(call.arguments["uri"]);
        if (!server.resources.includes(uri)) {
          throw new IndoorsError("input.invalid", `The server ${server.name} has no resource '${uri}'.`);
        }
        return await client.call("readResource", { uri, timeoutMs: callMs }, { signal });
      }
      const params = { callId, tool: tool.name, arguments: { ...call.arguments }, timeoutMs: callMs };
      return await client.call("call", params, { signal });
    } finally {
      end();
    }
  }

  /** Ends a server that may write to folders, and takes over what it would have written. */
  async #staged(
    server: McpServer,
    { sealed }: ServerSession,
    result: ServerResult,
    signal: AbortSignal,
  ): Promise<StagedChanges | null> {
    if (sealed === null || !writesFolders(server) || result.isError) return null;
    const layers = await sealed.finish();
    if (layers.length === 0) return null;
    const staged = await readStaged(layers, { folder: this.#options.stagingFolder, signal });
    if (staged.list.length > 0) return staged;
    await staged.discard();
    return null;
  }
}

/** Failures that are the house's own: they end the call, and are said by whoever made it. */
const ownFailures = ["cancelled", "audit.unwritable", "server.refused", "sandbox.unavailable"];

function specOf(server: McpServer, tool: McpTool): ToolSpec | undefined {
  const { name, kind } = server;
  const of = { name, kind, grants: grantsOf(server), fingerprint: tool.fingerprint };
  const spec = serverToolSpec(tool.described, { server: of, effect: tool.effect });
  return spec !== undefined && isReadResource(tool) ? readResourceSpec(spec, server.resources) : spec;
}

function refusalOf(server: McpServer, tool: McpTool): string | undefined {
  const shown = showHidden(tool.name);
  const review = `\`indoors mcp review ${server.name}\` shows it.`;
  if (!server.enabled) return `The server ${server.name} is switched off. Switch it on at Connections.`;
  switch (stateOf(tool)) {
    case "new":
      return `Nobody has approved the tool ${shown} of the server ${server.name} yet. ${review}`;
    case "changed":
      return `The server ${server.name} describes its tool ${shown} otherwise than it was approved. Somebody has to review it: ${review}`;
    case "refused":
      return `A person refused the tool ${shown} of the server ${server.name}. ${review}`;
    case "gone":
      return `The server ${server.name} does not offer ${shown} any more.`;
    case "approved":
      return specOf(server, tool) === undefined
        ? `No agent can call ${shown} of the server ${server.name}: it demands something that has no usable name, or there is nothing to choose from.`
        : undefined;
  }
}

function isReadResource(tool: McpTool): boolean {
  return tool.fingerprint === readResourceFingerprint;
}

const readResourceFingerprint = fingerprintOf(readResourceTool);

function refused(toolName: string, why: string): IndoorsError {
  return new IndoorsError("server.refused", `${toolName} was not called. ${why}`, { reason: "not-approved" });
}

function outcomeOf({ text, data, isError, truncated, leftOut }: ServerResult): ToolOutcome {
  const shown = neutralise(text).trim();
  if (isError) return { ok: false, code: "tool.failed", text: shown || "The server said that it failed, and not why." };
  const structured = data === null || data === undefined ? {} : { structured: neutraliseDeep(data) };
  return {
    ok: true,
    text: shown || "The server answered with nothing.",
    data: { ...structured, ...(leftOut.length > 0 ? { leftOut } : {}) },
    truncated,
  };
}

function rounded(ms: number): number {
  return Math.round(ms * 100) / 100;
}
