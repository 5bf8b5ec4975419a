import { rm } from "node:fs/promises";
import { IndoorsError } from "../../shared/errors.ts";
import type { Result } from "../../shared/contract.ts";
import type { hostContract } from "../../shared/host-contract.ts";
import type { ServerDetails, ServerKind, ServerToolEffect, ServerView, SettingValues } from "../../shared/mcp.ts";
import { showHidden } from "../../shared/show-hidden.ts";
import type { Grant, ToolCall, ToolSpec } from "../../shared/tool.ts";
import {
  addMcpServer,
  changeMcpServer,
  getMcpServer,
  listMcpServers,
  listMcpTools,
  type McpServer,
  removeMcpServer,
  reviewMcpTool,
} from "../../store/mcp-servers.ts";
import { settleSettings } from "../../mcp/bundle/settings.ts";
import { neutralise } from "../../tools/neutralise.ts";
import type { SandboxReport } from "../../shared/sandbox.ts";
import { person } from "../audit.ts";
import { audited } from "../audited.ts";
import type { LaunchedCall } from "../tool-calls.ts";
import { type BundleImport, type Importing, importBundle, inspectForHere } from "./import-bundle.ts";
import type { SamplingRun } from "./sampling.ts";
import { ServerCalls } from "./server-calls.ts";
import { bundleOf, foldersOf, grantsOf, serverView, stateOf, toolView } from "./server-row.ts";
import { ServerSessions, type ServerSessionsOptions } from "./server-sessions.ts";
import { serverToolName } from "./tool-specs.ts";

export interface McpServersOptions extends ServerSessionsOptions {
  /** A folder of the host alone, where staged changes wait. */
  readonly stagingFolder: string;
  /** Real paths of grants that may be given. @throws IndoorsError for others */
  readonly settleGrants: (grants: readonly Grant[]) => Promise<Grant[]>;
  /** Takes what the policy allowed a server away, once it is gone: a later one of its name inherits nothing. */
  readonly forgetAllows: (server: string) => Promise<void>;
}

export interface ToolReview {
  readonly tool: string;
  readonly fingerprint: string;
  readonly decision: "approve" | "refuse";
  readonly effect: ServerToolEffect;
}

const resourceMs = 60_000;

/** The MCP servers of this data folder: what there is, what people said of it, and working with it. */
export class McpServers {
  readonly #options: McpServersOptions;
  readonly #sessions: ServerSessions;
  readonly #calls: ServerCalls;

  constructor(options: McpServersOptions) {
    this.#options = options;
    this.#sessions = new ServerSessions(options);
    const report = async (): Promise<SandboxReport> => (await options.sandbox()).report;
    this.#calls = new ServerCalls({ ...options, sessions: this.#sessions, report });
  }

  list(): ServerView[] {
    return listMcpServers(this.#options.store.reader).map((server) => this.#view(server));
  }

  /** @throws IndoorsError `not-found` */
  get(name: string): ServerDetails {
    const { reader } = this.#options.store;
    const server = getMcpServer(reader, name);
    const { resources, prompts } = this.#sessions.lists(name);
    const tools = listMcpTools(reader, name).map((tool) => toolView(name, tool));
    return { server: this.#view(server), tools, resources: [...resources], prompts: [...prompts] };
  }

  /** Whether a server of this name is known, of whatever kind. */
  has(name: string): boolean {
    return listMcpServers(this.#options.store.reader).some((server) => server.name === name);
  }

  /** Every server, and the folders that it may reach. */
  all(): readonly { readonly name: string; readonly grants: readonly Grant[] }[] {
    return listMcpServers(this.#options.store.reader).map((server) => ({
      name: server.name,
      grants: grantsOf(server),
    }));
  }

  /** The tools that a person approved, of servers that are switched on. Nothing is started. */
  specs(): readonly ToolSpec[] {
    return this.#calls.specs();
  }

  readonly whyNotOffered = (toolName: string): string | undefined => this.#calls.whyNotOffered(toolName);

  /** As `ServerCalls.call`. */
  async call(spec: ToolSpec, call: ToolCall, run: SamplingRun, signal: AbortSignal): Promise<LaunchedCall> {
    return await this.#calls.call(spec, call, run, signal);
  }

  /** As the contract's `mcp.inspect`. */
  async inspect(path: string, signal: AbortSignal): Promise<Result<typeof hostContract, "mcp.inspect">> {
    return await inspectForHere(path, this.#importing(), signal);
  }

  /** As the contract's `mcp.import`; a row of the audit log begins it. */
  async import(asked: BundleImport, signal: AbortSignal): Promise<ServerView> {
    const server = await importBundle(asked, this.#importing(), signal);
    this.#options.onChanged();
    return this.#view(server);
  }

  /** As the contract's `mcp.change`. */
  async change(
    name: string,
    asked: {
      readonly enabled: boolean | null;
      readonly settings: SettingValues | null;
      readonly grants: readonly Grant[] | null;
    },
  ): Promise<ServerView> {
    const { store, audit, settleGrants, onChanged } = this.#options;
    const before = getMcpServer(store.reader, name);
    const bundle = bundleOf(before);
    if (bundle === null && (asked.settings !== null || asked.grants !== null)) {
      throw new IndoorsError(
        "input.invalid",
        `The server ${name} is not on this machine: it has no settings and folders here.`,
      );
    }
    const grants = asked.grants === null ? before.grants : await settleGrants(asked.grants);
    // What is not named keeps its value: nobody is shown a sensitive one, to say it again.
    const settings =
      asked.settings === null || bundle === null
        ? before.settings
        : await settleSettings(bundle.manifest, { ...before.settings, ...asked.settings });
    await settleGrants(grantsOf({ ...before, settings, grants }));
    const enabled = asked.enabled ?? before.enabled;
    const restarts = asked.settings !== null || asked.grants !== null || !enabled;
    const entry = {
      ...({ action: "server.change", actor: person(), runId: null, subject: name } as const),
      facts: {
        ...{ enabled, settings: asked.settings === null ? null : Object.keys(asked.settings).length },
        ...{ grants: asked.grants === null ? null : grants.length, modes: grants.map(({ mode }) => mode).join(",") },
      },
      content: { grants: JSON.stringify(grants.map(({ path }) => path)) },
    };
    const changed = await audited(audit, entry, async () => {
      if (restarts) await this.#sessions.life(name).stop();
      return changeMcpServer(store.writer, name, { enabled, settings, grants });
    });
    onChanged();
    return this.#view(changed);
  }

  /** As the contract's `mcp.remove`. @throws IndoorsError `not-found`, `input.invalid` for one that is listed at the perimeter */
  async remove(name: string): Promise<void> {
    const { store, audit, serversFolder, onChanged } = this.#options;
    const server = getMcpServer(store.reader, name);
    if (server.kind !== "bundle") {
      const where =
        server.kind === "perimeter" ? `\`indoors perimeter remove ${name}\`` : `\`indoors connectors revoke ${name}\``;
      throw new IndoorsError(
        "input.invalid",
        `The server ${name} was not removed: it is not on this machine. Use ${where}.`,
      );
    }
    const facts = { kind: server.kind, sha256: bundleOf(server)?.facts.sha256 ?? null };
    const entry = { action: "server.remove", actor: person(), runId: null, subject: name, facts, content: {} } as const;
    await audited(audit, entry, async () => {
      await this.#sessions.forget(name);
      removeMcpServer(store.writer, name);
      await rm(foldersOf(serversFolder, name).folder, { recursive: true, force: true });
    });
    await this.#options.forgetAllows(name);
    onChanged();
  }

  /**
   * Starts or reaches a server and reads its tools, resources and prompts anew. One that may write to folders is ended again:
   * it is started for every call.
   * @throws IndoorsError `not-found`, `input.invalid` when it is switched off, `server.failed`, `perimeter.unreachable`, …
   */
  async start(name: string, signal: AbortSignal): Promise<ServerDetails> {
    const server = this.#enabled(name);
    // What failed before is tried again: a person asks for it.
    if (this.#sessions.life(name).state === "failed") await this.#sessions.life(name).stop();
    await this.#sessions.use(
      server,
      async (session, warm) => {
        if (warm) await this.#sessions.readAll(name, session, signal);
      },
      signal,
    );
    return this.get(name);
  }

  /** @throws IndoorsError `not-found` */
  async stop(name: string): Promise<void> {
    getMcpServer(this.#options.store.reader, name);
    await this.#sessions.life(name).stop();
  }

  /** As the contract's `mcp.review`. @throws IndoorsError `not-found`, `server.refused`: nothing is noted then */
  async review(name: string, reviews: readonly ToolReview[]): Promise<ServerDetails> {
    const { store, audit, onChanged } = this.#options;
    const check = () => {
      const tools = new Map(listMcpTools(store.reader, name).map((tool) => [tool.name, tool]));
      for (const { tool: toolName, fingerprint } of reviews) {
        const tool = tools.get(toolName);
        if (tool !== undefined && stateOf(tool) !== "gone" && tool.fingerprint === fingerprint) continue;
        throw new IndoorsError(
          "server.refused",
          `The review was not noted: ${showHidden(toolName)}. The server ${name} describes it otherwise now, or not at all. Look at it again.`,
          { reason: "changed" },
        );
      }
    };
    getMcpServer(store.reader, name);
    check();
    const noted = reviews.map(({ tool, fingerprint, decision, effect }) =>
      [serverToolName(name, tool), fingerprint.slice(0, 12), decision, effect].join(":"),
    );
    const count = (one: ToolReview["decision"]) => reviews.filter(({ decision }) => decision === one).length;
    const entry = {
      ...({ action: "server.review", actor: person(), runId: null, subject: name } as const),
      facts: { approved: count("approve"), refused: count("refuse"), tools: noted.join(",") },
      content: {},
    };
    await audited(audit, entry, async () => {
      check();
      store.writer.transaction(() => {
        for (const { tool, decision, effect } of reviews) {
          reviewMcpTool(store.writer, name, { tool, decision, effect, by: person().name });
        }
      });
    });
    onChanged();
    return this.get(name);
  }

  async readResource(name: string, uri: string, signal: AbortSignal): Promise<{ text: string }> {
    const result = await this.#sessions.use(
      this.#enabled(name),
      (session) => session.client.call("readResource", { uri, timeoutMs: resourceMs }, { signal }),
      signal,
    );
    return { text: neutralise(result.text) };
  }

  async prompt(
    name: string,
    prompt: string,
    args: Readonly<Record<string, string>>,
    signal: AbortSignal,
  ): Promise<{ text: string }> {
    const { text } = await this.#sessions.use(
      this.#enabled(name),
      (session) => session.client.call("prompt", { name: prompt, arguments: { ...args } }, { signal }),
      signal,
    );
    return { text: neutralise(text) };
  }

  /** A server of the perimeter: known from now on; nothing when it is already. */
  addRemote(server: {
    readonly name: string;
    readonly kind: Exclude<ServerKind, "bundle">;
    readonly title: string;
    /** Where it is, in words for people. Default: from its kind and title. */
    readonly place?: string;
  }): void {
    const { name, kind, title } = server;
    if (this.has(name)) return;
    const place = server.place ?? (kind === "perimeter" ? title : "A machine that dials in");
    const nothing = { version: "", description: "", bundle: null, settings: {}, grants: [] };
    addMcpServer(this.#options.store.writer, { name, kind, title, place, ...nothing });
    this.#options.onChanged();
  }

  /** Ends it and forgets what was approved of it. A bundle of this name is left alone. */
  async removeRemote(name: string): Promise<void> {
    const { store, onChanged } = this.#options;
    if (!this.has(name) || getMcpServer(store.reader, name).kind === "bundle") return;
    await this.#sessions.forget(name);
    removeMcpServer(store.writer, name);
    await this.#options.forgetAllows(name);
    onChanged();
  }

  /** Ends every session. */
  async dispose(): Promise<void> {
    await this.#sessions.dispose();
  }

  #enabled(name: string): McpServer {
    const server = getMcpServer(this.#options.store.reader, name);
    if (server.enabled) return server;
    throw new IndoorsError("input.invalid", `The server ${name} is switched off. Switch it on first.`);
  }

  #view(server: McpServer): ServerView {
    const { state, fault } = this.#sessions.life(server.name);
    const tools = listMcpTools(this.#options.store.reader, server.name);
    return serverView(server, tools, { state, fault: fault === null ? null : neutralise(fault) });
  }

  #importing(): Importing {
    return { ...this.#options, taken: listMcpServers(this.#options.store.reader).map(({ name }) => name) };
  }
}
