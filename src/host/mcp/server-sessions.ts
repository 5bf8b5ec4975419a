import { mkdir } from "node:fs/promises";
import type { AuditEntry } from "../../shared/audit.ts";
import type { Implementation, Payload } from "../../shared/contract.ts";
import { messageOf } from "../../shared/errors.ts";
import type { hostContract } from "../../shared/host-contract.ts";
import type { DescribedTool, ServerPrompt, ServerResource } from "../../shared/mcp.ts";
import type { mcpHostContract } from "../../shared/mcp-contract.ts";
import { showHidden } from "../../shared/show-hidden.ts";
import { changeMcpServer, getMcpServer, listMcpTools, type McpServer, noteMcpTools } from "../../store/mcp-servers.ts";
import type { Store } from "../../store/open-store.ts";
import { neutralise } from "../../tools/neutralise.ts";
import type { Sandbox } from "../../tools/sandbox/sandbox.ts";
import type { AuditLog } from "../audit-log.ts";
import { audited } from "../audited.ts";
import type { SessionEvent } from "./connect-session.ts";
import { doubted, type ServerSession } from "./doubted-session.ts";
import type { Elicitations } from "./elicitations.ts";
import { fingerprintOf } from "./fingerprint.ts";
import type { Sampling, SamplingRun } from "./sampling.ts";
import { openSealedSession } from "./sealed-session.ts";
import { ServerLife } from "./server-life.ts";
import { bundleOf, foldersOf, sealedServerOf, stateOf, writesFolders } from "./server-row.ts";
import { readServersFile } from "./servers-file.ts";
import type { OpenRemote } from "./session.ts";
import { readResourceTool, serverToolName } from "./tool-specs.ts";

export interface ServerSessionsOptions {
  readonly store: Store;
  readonly audit: AuditLog;
  /** The sandbox of tools; opened when a server first needs it. */
  readonly sandbox: () => Promise<Sandbox>;
  readonly nodePath: string;
  readonly version: string;
  readonly dataFolder: string;
  /** Where bundles are, each in a folder of its name. */
  readonly serversFolder: string;
  readonly openRemote: OpenRemote;
  readonly elicitations: Pick<Elicitations, "ask">;
  readonly sampling: Pick<Sampling, "sample" | "isPossible">;
  readonly onChanged: () => void;
  readonly onProgress: (progress: Payload<typeof hostContract, "run.progress">) => void;
  readonly onNotice: (sentence: string) => void;
  readonly onLog: (line: string) => void;
  /** Default five minutes. */
  readonly idleMs?: number;
}

/** What a server lists besides tools. */
export interface ServerLists {
  readonly resources: readonly ServerResource[];
  readonly prompts: readonly ServerPrompt[];
}

const fiveMinutesMs = 300_000;
const secondMs = 1000;
const noLists: ServerLists = { resources: [], prompts: [] };

/** The sessions with all servers: opening them, what servers ask back, and what they list, compared with what was approved. */
export class ServerSessions {
  readonly #options: ServerSessionsOptions;
  readonly #lives = new Map<string, ServerLife>();
  readonly #lists = new Map<string, ServerLists>();
  readonly #rereads = new Map<string, { again: boolean }>();
  /** By server, the calls under way: by the id that its session knows. */
  readonly #calls = new Map<string, Map<string, { readonly run: SamplingRun; readonly callId: string }>>();

  constructor(options: ServerSessionsOptions) {
    this.#options = options;
  }

  life(name: string): ServerLife {
    const known = this.#lives.get(name);
    if (known !== undefined) return known;
    const { idleMs = fiveMinutesMs, onChanged } = this.#options;
    const open = (signal: AbortSignal) => this.#open(name, signal);
    const life = new ServerLife({ name, idleMs, open, onState: onChanged });
    this.#lives.set(name, life);
    return life;
  }

  /** What it listed last, while this host runs. */
  lists(name: string): ServerLists {
    return this.#lists.get(name) ?? noLists;
  }

  /** Works with a server: with the running one, or, when it may write to folders, with one of its own. */
  async use<T>(
    server: McpServer,
    work: (session: ServerSession, warm: boolean) => Promise<T>,
    signal: AbortSignal,
  ): Promise<T> {
    const life = this.life(server.name);
    return writesFolders(server)
      ? await life.once((session) => work(session, false), signal)
      : await life.use(work, signal);
  }

  /** While a call is under way what the server asks back belongs to its run. Returns the function that ends that. */
  begin(
    server: string,
    sessionCallId: string,
    call: { readonly run: SamplingRun; readonly callId: string },
  ): () => void {
    const calls = this.#calls.get(server) ?? new Map();
    this.#calls.set(server, calls);
    calls.set(sessionCallId, call);
    return () => void calls.delete(sessionCallId);
  }

  /**
   * Reads the server's tools anew and notes them. One that was approved and is described otherwise now is a row in the
   * audit log and a notice; it can no longer be called.
   */
  async readTools(name: string, session: ServerSession, signal?: AbortSignal): Promise<void> {
    const { store } = this.#options;
    const { resources } = getMcpServer(store.reader, name);
    const { tools } = session.info.tools ? await session.client.call("tools", {}, { signal }) : { tools: [] };
    const ours = resources.length > 0 && !tools.some((tool) => tool.name === readResourceTool.name);
    await this.#note(name, ours ? [...tools, readResourceTool] : tools);
  }

  /** Everything it lists, anew. */
  async readAll(name: string, session: ServerSession, signal?: AbortSignal): Promise<void> {
    await this.#readLists(name, session, signal);
    await this.readTools(name, session, signal);
  }

  async forget(name: string): Promise<void> {
    const life = this.#lives.get(name);
    this.#lives.delete(name);
    this.#lists.delete(name);
    await life?.stop();
  }

  async dispose(): Promise<void> {
    await Promise.all([...this.#lives.values()].map((life) => life.stop()));
  }

  async #open(name: string, signal: AbortSignal): Promise<ServerSession> {
    const { store, audit } = this.#options;
    const server = getMcpServer(store.reader, name);
    const bundle = bundleOf(server);
    const entry: AuditEntry = {
      action: "server.start",
      actor: { kind: "system", name: "indoors" },
      runId: null,
      subject: name,
      facts: { kind: server.kind, sha256: bundle?.facts.sha256 ?? null },
      content: {},
    };
    return await audited(audit, entry, () => this.#begun(server, signal));
  }

  async #begun(server: McpServer, signal: AbortSignal): Promise<ServerSession> {
    const { sandbox, nodePath, version, dataFolder, serversFolder, openRemote, sampling, onLog } = this.#options;
    const { name, kind } = server;
    let session: ServerSession | undefined;
    const options = {
      clientVersion: version,
      elicitation: true,
      sampling: await sampling.isPossible(name),
      host: this.#answers(server),
      onEvent: (event: SessionEvent) => this.#heard(name, event, session),
      onFault: (fault: unknown, where: string) => onLog(`server ${name}: ${where}: ${messageOf(fault)}`),
      signal,
    };
    if (kind === "bundle") {
      const { python } = await readServersFile(dataFolder);
      await mkdir(foldersOf(serversFolder, name).data, { recursive: true, mode: 0o700 });
      const sealed = sealedServerOf(server, { serversFolder, nodePath, python });
      session = doubted(
        name,
        await openSealedSession({ ...options, sandbox: await sandbox(), nodePath, server: sealed }),
      );
    } else {
      session = doubted(name, await openRemote(name, options));
    }
    try {
      await this.readAll(name, session, signal);
      return session;
    } catch (error) {
      await session.dispose();
      throw error;
    }
  }

  async #readLists(name: string, session: ServerSession, signal?: AbortSignal): Promise<void> {
    const { store, onLog } = this.#options;
    const { info, client } = session;
    // What it has besides tools is no reason not to use its tools.
    const asked = async <T>(work: Promise<T>, otherwise: T) =>
      await work.catch((error: unknown) => {
        onLog(`server ${name}: ${messageOf(error)}`);
        return otherwise;
      });
    const { resources } = info.resources
      ? await asked(client.call("resources", {}, { signal }), { resources: [] })
      : { resources: [] };
    const { prompts } = info.prompts
      ? await asked(client.call("prompts", {}, { signal }), { prompts: [] })
      : { prompts: [] };
    this.#lists.set(name, { resources, prompts });
    changeMcpServer(store.writer, name, { resources: resources.map(({ uri }) => uri) });
  }

  async #note(name: string, tools: readonly DescribedTool[]): Promise<void> {
    const { store, audit, onChanged, onNotice } = this.#options;
    const before = new Map(listMcpTools(store.reader, name).map((tool) => [tool.name, tool]));
    noteMcpTools(
      store.writer,
      name,
      tools.map((described) => ({ described, fingerprint: fingerprintOf(described) })),
    );
    const after = listMcpTools(store.reader, name);
    const changed = after.filter((tool) => {
      const old = before.get(tool.name);
      return stateOf(tool) === "changed" && old !== undefined && old.fingerprint !== tool.fingerprint;
    });
    const differs = after.some((tool) => {
      const old = before.get(tool.name);
      return old === undefined || old.fingerprint !== tool.fingerprint || old.listed !== tool.listed;
    });
    if (differs || after.length !== before.size) onChanged();
    for (const tool of changed) {
      onNotice(
        `The server ${name} describes its tool ${showHidden(tool.name)} otherwise than it was approved. It cannot be called until somebody has reviewed it.`,
      );
      await audit.event({
        action: "server.changed",
        actor: { kind: "system", name: `server:${name}` },
        runId: null,
        subject: serverToolName(name, tool.name),
        facts: {
          approved: tool.review?.fingerprint.slice(0, 12) ?? null,
          now: tool.fingerprint.slice(0, 12),
        },
        content: { description: tool.described.description },
      });
    }
  }

  /** What the server may ask of people and the model. It is believed in nothing but that it asks. */
  #answers({ name, kind }: McpServer): Implementation<typeof mcpHostContract> {
    const { elicitations, sampling } = this.#options;
    return {
      elicit: ({ message, fields }, signal) =>
        elicitations.ask(
          {
            runId: this.#runOf(name)?.runId ?? null,
            server: name,
            serverKind: kind,
            message: neutralise(message),
            fields,
          },
          signal,
        ),
      sample: (request, signal) => sampling.sample(name, this.#runOf(name), request, signal),
    };
  }

  /** The run that the server works for; undefined when there is none, or when there are several and nobody knows which. */
  #runOf(name: string): SamplingRun | undefined {
    const runs = [...(this.#calls.get(name)?.values() ?? [])].map(({ run }) => run);
    return runs.every(({ runId }) => runId === runs[0]?.runId) ? runs[0] : undefined;
  }

  #heard(name: string, { event, payload }: SessionEvent, session: ServerSession | undefined): void {
    const { onProgress, onLog } = this.#options;
    switch (event) {
      case "progress": {
        const call = this.#calls.get(name)?.get(payload.callId);
        if (call === undefined) return;
        const message = payload.message === null ? null : neutralise(payload.message);
        onProgress({ ...payload, runId: call.run.runId, callId: call.callId, message });
        return;
      }
      case "changed": {
        if (session === undefined) return;
        this.#rereadSoon(name, session);
        return;
      }
      case "log":
        onLog(`server ${name}: ${showHidden(payload.text)}`);
    }
  }

  /** At once, and then once a second at most: a server may say "changed" as often as it likes. */
  #rereadSoon(name: string, session: ServerSession): void {
    const due = this.#rereads.get(name);
    if (due !== undefined) return void (due.again = true);
    const reread = { again: false };
    this.#rereads.set(name, reread);
    this.readAll(name, session)
      .catch((error: unknown) => this.#options.onLog(`server ${name}: its lists were not read: ${messageOf(error)}`))
      .finally(() => {
        const timer = setTimeout(() => {
          this.#rereads.delete(name);
          if (reread.again && this.#lives.get(name)?.session === session) this.#rereadSoon(name, session);
        }, secondMs);
        timer.unref();
      });
  }
}
