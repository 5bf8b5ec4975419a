import { Client } from "@modelcontextprotocol/sdk/client/index.js";
import type { RequestOptions } from "@modelcontextprotocol/sdk/shared/protocol.js";
import {
  CallToolResultSchema,
  GetPromptResultSchema,
  ListPromptsResultSchema,
  ListResourcesResultSchema,
  ListToolsResultSchema,
  LoggingMessageNotificationSchema,
  PromptListChangedNotificationSchema,
  ReadResourceResultSchema,
  ResourceListChangedNotificationSchema,
  type Tool,
  ToolListChangedNotificationSchema,
} from "@modelcontextprotocol/sdk/types.js";
import type { Client as HostClient, Params, Payload, Result } from "../../shared/contract.ts";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import type { DescribedTool } from "../../shared/mcp.ts";
import type { mcpContract, mcpHostContract, ServerResult } from "../../shared/mcp-contract.ts";
import { allPages } from "./all-pages.ts";
import { answerServer } from "./answer-server.ts";
import { type SchemaCheck, schemaCheck } from "./check-schema.ts";
import { describedPrompt, describedResource, describedTools } from "./described.ts";
import { GuardedTransport } from "./guarded-transport.ts";
import {
  listMs,
  longestList,
  loggedLines,
  mostPrompts,
  mostResources,
  mostStretch,
  mostTools,
  openMs,
} from "./limits.ts";
import { orAborted } from "./or-aborted.ts";
import { Patience, type Wait, type WaitLimits } from "./patience.ts";
import { RateLimit } from "./rate-limit.ts";
import type { Reach, ServerTransport } from "./serve-session.ts";
import { cutText, partOf, resourceResult, toolResult } from "./server-result.ts";
import { sessionError } from "./session-error.ts";

type Contract = typeof mcpContract;

export interface ServerSessionOptions extends Params<Contract, "open"> {
  readonly host: HostClient<typeof mcpHostContract>;
  readonly emit: <E extends keyof Contract["events"]>(event: E, payload: Payload<Contract, E>) => unknown;
  /** Told once why the server is gone. */
  readonly onEnded: (reason: string) => void;
}

/** The SDK's own time limit is left out of it: it knows no time that does not count. */
const noTimeout = 2 ** 31 - 1;

/** The acquaintance with one server, by the SDK's client, with our limits around it. */
export class ServerSession {
  readonly #options: ServerSessionOptions;
  readonly #client: Client;
  readonly #patience = new Patience();
  readonly #lines = new RateLimit(loggedLines);
  #transport: GuardedTransport | undefined;
  /** As they were listed last. */
  #tools = new Map<string, { readonly tool: Tool; input?: SchemaCheck; output?: SchemaCheck }>();

  constructor(options: ServerSessionOptions) {
    this.#options = options;
    const { clientVersion, elicitation, sampling, host } = options;
    this.#client = new Client(
      { name: "indoors", title: "Indoors", version: clientVersion },
      {
        capabilities: {
          ...(elicitation ? { elicitation: { form: { applyDefaults: true } } } : {}),
          ...(sampling ? { sampling: {} } : {}),
        },
        // Schemas are checked here, with a deadline; the SDK would without.
        jsonSchemaValidator: {
          getValidator: () => (input) => ({ valid: true, data: input as never, errorMessage: undefined }),
        },
      },
    );
    answerServer(this.#client, { host, elicitation, sampling, patience: this.#patience });
    this.#listen();
  }

  async open(reach: Reach, signal: AbortSignal): Promise<Result<Contract, "open">> {
    const what = "The server was not reached";
    return this.#waiting({ silenceMs: openMs, totalMs: openMs }, signal, what, async (options) => {
      try {
        const reaching = Promise.resolve(reach(options.signal, (line) => this.#log("server", line)));
        // Whoever comes too late finds the door closed.
        const closeLate = (late: ServerTransport) => {
          if (options.signal.aborted) void late.close();
        };
        reaching.then(closeLate, () => {});
        const transport = new GuardedTransport(await orAborted(reaching, options.signal));
        this.#transport = transport;
        await orAborted(this.#client.connect(transport, options), options.signal);
        const { tools, resources, prompts } = this.#client.getServerCapabilities() ?? {};
        const { name, version } = this.#client.getServerVersion() ?? { name: "", version: "" };
        return {
          name: name.slice(0, 200),
          version: version.slice(0, 200),
          protocolVersion: transport.protocolVersion ?? "",
          instructions: this.#client.getInstructions()?.slice(0, 20_000) ?? null,
          tools: tools !== undefined,
          resources: resources !== undefined,
          prompts: prompts !== undefined,
        };
      } catch (error) {
        await this.close();
        const reason = this.#transport?.fault ?? null;
        if (reason === null || error instanceof IndoorsError) throw error;
        throw new IndoorsError("server.failed", `${what}: ${reason} Look at its log.`, { reason });
      }
    });
  }

  async tools(signal: AbortSignal): Promise<{ tools: DescribedTool[] }> {
    if (this.#client.getServerCapabilities()?.tools === undefined) return { tools: [] };
    const listed = await this.#list("tools", mostTools, signal, async (params, options) => {
      const { tools, nextCursor } = await this.#client.request(
        { method: "tools/list", params },
        ListToolsResultSchema,
        options,
      );
      return { items: tools, next: nextCursor };
    });
    const tools = describedTools(listed);
    this.#tools = new Map(listed.map((tool) => [tool.name, { tool }]));
    return { tools: bearable("tools", tools) };
  }

  async resources(signal: AbortSignal): Promise<Result<Contract, "resources">> {
    if (this.#client.getServerCapabilities()?.resources === undefined) return { resources: [] };
    const listed = await this.#list("resources", mostResources, signal, async (params, options) => {
      const asked = { method: "resources/list" as const, params };
      const { resources, nextCursor } = await this.#client.request(asked, ListResourcesResultSchema, options);
      return { items: resources, next: nextCursor };
    });
    return { resources: bearable("resources", listed.map(describedResource)) };
  }

  async prompts(signal: AbortSignal): Promise<Result<Contract, "prompts">> {
    if (this.#client.getServerCapabilities()?.prompts === undefined) return { prompts: [] };
    const listed = await this.#list("prompts", mostPrompts, signal, async (params, options) => {
      const asked = { method: "prompts/list" as const, params };
      const { prompts, nextCursor } = await this.#client.request(asked, ListPromptsResultSchema, options);
      return { items: prompts, next: nextCursor };
    });
    return { prompts: bearable("prompts", listed.map(describedPrompt)) };
  }

  async call(params: Params<Contract, "call">, signal: AbortSignal): Promise<ServerResult> {
    const { callId, tool: name, arguments: args, timeoutMs } = params;
    const what = `The tool '${name}' failed`;
    const known = this.#tools.get(name);
    if (known === undefined) {
      throw new IndoorsError(
        "tool.failed",
        `${what}: the server does not list it. List its tools, and choose one of them.`,
      );
    }
    const { inputSchema, outputSchema } = known.tool;
    // Both before it is sent: a tool that has done its work has not failed for its description.
    const fault = checked(name, () => {
      known.input ??= schemaCheck(inputSchema);
      if (outputSchema !== undefined) known.output ??= schemaCheck(outputSchema);
      return known.input(args);
    });
    if (fault !== null) {
      throw new IndoorsError("input.invalid", `The tool '${name}' was not called: ${fault}. Correct its arguments.`);
    }
    const limits = { silenceMs: timeoutMs, totalMs: timeoutMs * mostStretch };
    const result = await this.#waiting(limits, signal, what, (options, wait) =>
      this.#client.request({ method: "tools/call", params: { name, arguments: args } }, CallToolResultSchema, {
        ...options,
        onprogress: ({ progress, total = null, message = null }) => {
          wait.heard();
          this.#options.emit("progress", { callId, progress, total, message: message?.slice(0, 500) ?? null });
        },
      }),
    );
    const misfit =
      result.isError === true ? null : checked(name, () => known.output?.(result.structuredContent) ?? null);
    if (misfit !== null) {
      throw new IndoorsError("tool.failed", `${what}: its result is not as its description says. Tell its maker.`);
    }
    return toolResult(result);
  }

  async readResource({ uri, timeoutMs }: Params<Contract, "readResource">, signal: AbortSignal): Promise<ServerResult> {
    const limits = { silenceMs: timeoutMs, totalMs: timeoutMs };
    const result = await this.#waiting(limits, signal, "The resource was not read", (options) =>
      this.#client.request({ method: "resources/read", params: { uri } }, ReadResourceResultSchema, options),
    );
    return resourceResult(result);
  }

  async prompt(params: Params<Contract, "prompt">, signal: AbortSignal): Promise<{ text: string }> {
    const limits = { silenceMs: listMs, totalMs: listMs };
    const { messages } = await this.#waiting(limits, signal, "The prompt was not got", (options) =>
      this.#client.request({ method: "prompts/get", params }, GetPromptResultSchema, options),
    );
    const texts = messages.map(({ role, content }) => {
      const part = partOf(content);
      return `${role}: ${typeof part === "string" ? part : `[Left out: ${part.kind}, ${part.mimeType}.]`}`;
    });
    return { text: cutText(texts.join("\n\n")).text };
  }

  async close(): Promise<void> {
    await this.#client.close().catch(() => {});
    await this.#transport?.close().catch(() => {});
  }

  #listen(): void {
    const client = this.#client;
    const { emit, onEnded } = this.#options;
    client.setNotificationHandler(ToolListChangedNotificationSchema, () => void emit("changed", { what: "tools" }));
    client.setNotificationHandler(
      ResourceListChangedNotificationSchema,
      () => void emit("changed", { what: "resources" }),
    );
    client.setNotificationHandler(PromptListChangedNotificationSchema, () => void emit("changed", { what: "prompts" }));
    client.setNotificationHandler(LoggingMessageNotificationSchema, ({ params: { level, logger, data } }) => {
      const said = typeof data === "string" ? data : (JSON.stringify(data) ?? "");
      this.#log(level, logger === undefined ? said : `${logger}: ${said}`);
    });
    Object.assign(client, {
      onerror: (error: Error) => this.#log("protocol", messageOf(error)),
      onclose: () => onEnded(this.#transport?.fault ?? "The server ended."),
    } satisfies Partial<Client>);
  }

  #log(level: string, text: string): void {
    if (this.#lines.take()) this.#options.emit("log", { level: level.slice(0, 20), text: text.slice(0, 2000) });
  }

  #list<T>(
    what: string,
    most: number,
    signal: AbortSignal,
    page: (
      params: { readonly cursor: string } | undefined,
      options: RequestOptions,
    ) => Promise<{ readonly items: readonly T[]; readonly next: string | undefined }>,
  ): Promise<T[]> {
    const limits = { silenceMs: listMs, totalMs: listMs };
    return this.#waiting(limits, signal, `The server's ${what} were not listed`, (options) =>
      allPages(what, most, (cursor) => page(cursor === undefined ? undefined : { cursor }, options)),
    );
  }

  /** Does what needs the server's answer, until the caller gives up or patience is over. */
  async #waiting<T>(
    limits: WaitLimits,
    signal: AbortSignal,
    what: string,
    work: (options: RequestOptions & { readonly signal: AbortSignal }, wait: Wait) => Promise<T>,
  ): Promise<T> {
    const wait = this.#patience.start(limits);
    const either = AbortSignal.any([signal, wait.signal]);
    try {
      return await work({ signal: either, timeout: noTimeout }, wait);
    } catch (error) {
      const failure = sessionError(error, what, either);
      if (failure.code !== "timeout") throw failure;
      const seconds = Math.ceil(limits.silenceMs / 1000);
      throw new IndoorsError(
        "timeout",
        `${what}: the server was silent for ${seconds} s. Try it again, or give it longer.`,
        {
          limitMs: limits.silenceMs,
        },
      );
    } finally {
      wait.end();
    }
  }
}

/** A list that can be sent on as one message. */
function bearable<T>(what: string, list: T[]): T[] {
  if (JSON.stringify(list).length <= longestList) return list;
  throw new IndoorsError("tool.limit", `What the server says of its ${what} is too long. Tell its maker.`, {
    limit: what,
  });
}

/** A schema that cannot be used is its author's fault, not the caller's. */
function checked(tool: string, check: () => string | null): string | null {
  try {
    return check();
  } catch (error) {
    throw new IndoorsError("tool.failed", `The tool '${tool}' cannot be called. ${messageOf(error)} Tell its maker.`);
  }
}
