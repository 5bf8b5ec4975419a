import type { Client } from "@modelcontextprotocol/sdk/client/index.js";
import {
  CreateMessageRequestSchema,
  type CreateMessageRequest,
  type CreateMessageResult,
  ElicitRequestSchema,
  type ElicitResult,
  ErrorCode,
  McpError,
} from "@modelcontextprotocol/sdk/types.js";
import type { Client as HostClient } from "../../shared/contract.ts";
import { messageOf } from "../../shared/errors.ts";
import type { mcpHostContract } from "../../shared/mcp-contract.ts";
import { formFields } from "./form-fields.ts";
import { longestSampling, mostSampledTokens } from "./limits.ts";
import type { Patience } from "./patience.ts";

export interface AnswerOptions {
  readonly host: HostClient<typeof mcpHostContract>;
  readonly elicitation: boolean;
  readonly sampling: boolean;
  /** Stands still while a person or the model is asked. */
  readonly patience: Patience;
}

/** Lets the client answer what a server may ask: forms and sampling when they were announced, roots with none. */
export function answerServer(client: Client, { host, elicitation, sampling, patience }: AnswerOptions): void {
  if (elicitation) {
    client.setRequestHandler(ElicitRequestSchema, async ({ params }, { signal }): Promise<ElicitResult> => {
      if (params.mode === "url") throw invalid("This client opens no address. Ask with a form.");
      const fields = asked(() => formFields(params.requestedSchema));
      const message = params.message.slice(0, 5000);
      const answer = await patience.paused(() => host.call("elicit", { message, fields }, { signal }));
      if (answer.action !== "accept") return { action: answer.action };
      const keys = new Set(fields.map(({ key }) => key));
      const content = Object.fromEntries(Object.entries(answer.values).filter(([key]) => keys.has(key)));
      return { action: "accept", content };
    });
  }
  if (sampling) {
    client.setRequestHandler(
      CreateMessageRequestSchema,
      async ({ params }, { signal }): Promise<CreateMessageResult> => {
        const question = asked(() => samplingOf(params));
        const { text, model, stop } = await patience.paused(() => host.call("sample", question, { signal }));
        const stopReason = stop === "end" ? "endTurn" : "maxTokens";
        return { role: "assistant", content: { type: "text", text }, model, stopReason };
      },
    );
  }
  // Not announced, but some servers ask all the same: there is no folder that it could be told of.
  client.fallbackRequestHandler = async ({ method }) => {
    if (method === "roots/list") return { roots: [] };
    throw new McpError(ErrorCode.MethodNotFound, "Method not found");
  };
}

function samplingOf(params: CreateMessageRequest["params"]) {
  if (params.tools !== undefined) throw new Error("This client samples without tools.");
  const messages = params.messages.map(({ role, content }) => {
    const blocks = Array.isArray(content) ? content : [content];
    const texts = blocks.map((block) => {
      if (block.type !== "text") throw new Error("This client samples text only.");
      return block.text;
    });
    return { role, text: texts.join("\n") };
  });
  const system = params.systemPrompt ?? null;
  const characters = messages.reduce((sum, { text }) => sum + text.length, system?.length ?? 0);
  if (messages.length > 50 || characters > longestSampling) {
    throw new Error(`This client samples at most 50 messages of ${longestSampling} characters in all.`);
  }
  const maxTokens = Math.max(1, Math.min(mostSampledTokens, Math.floor(params.maxTokens)));
  return { system, messages, maxTokens };
}

function asked<T>(work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw invalid(messageOf(error));
  }
}

const invalid = (why: string) => new McpError(ErrorCode.InvalidParams, why);
