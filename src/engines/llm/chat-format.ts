import {
  type ChatHistoryItem,
  type ChatModelFunctionCall,
  type ChatModelFunctions,
  type ChatModelResponse,
  ChatWrapper,
  LlamaText,
  type LlamaModel,
  resolveChatWrapper,
  type Token,
} from "node-llama-cpp";
import { IndoorsError } from "../../shared/errors.ts";
import type { ChatMessage, JsonSchema } from "../../shared/llm-contract.ts";
import { isZephyrTemplate, ZephyrChatWrapper } from "./zephyr-chat-wrapper.ts";

export interface OfferedTool {
  readonly name: string;
  readonly description: string;
  readonly parameters: JsonSchema;
}

export interface Prompt {
  readonly messages: readonly ChatMessage[];
  readonly tools?: readonly OfferedTool[] | undefined;
  /** Text the assistant's turn begins with. */
  readonly assistantPrefix?: string | undefined;
}

/** How one model writes a conversation. Chosen once, when the model is loaded. */
export class ChatFormat {
  readonly wrapper: ChatWrapper;
  /** True when the model's own template has a place for tools. */
  readonly toolTemplate: boolean;
  readonly #model: LlamaModel;

  constructor(model: LlamaModel) {
    this.#model = model;
    const template = model.fileInfo.metadata.tokenizer?.chat_template ?? "";
    if (isZephyrTemplate(template)) {
      this.wrapper = new ZephyrChatWrapper();
      this.toolTemplate = false;
      return;
    }
    try {
      this.wrapper = resolveChatWrapper(model, { warningLogs: false, fallbackToOtherWrappersOnJinjaError: false });
      // Templates that know tools get them in a variable of this name, by the convention all model makers follow.
      this.toolTemplate = /\btools\b/.test(template);
    } catch {
      // A template that cannot be run: the nearest known form, in which no tools are offered.
      this.wrapper = resolveChatWrapper(model, { warningLogs: false, noJinja: true });
      this.toolTemplate = false;
    }
  }

  /**
   * The prompt as the tokens the model reads, open at the end for the assistant's turn.
   * @throws IndoorsError `input.invalid` for tools, or results of tools, with a model that has no place for them.
   */
  tokens({ messages, tools, assistantPrefix = "" }: Prompt): Token[] {
    // Templates may trim what a turn ends with: white space at the end of the prefix is put behind them.
    const body = assistantPrefix.trimEnd();
    const { contextText } = this.wrapper.generateContextState({
      chatHistory: withOpenTurn(this.history(messages), body),
      documentFunctionParams: true,
      ...(tools === undefined ? {} : { availableFunctions: this.functions(tools) }),
    });
    return LlamaText([contextText, assistantPrefix.slice(body.length)]).tokenize(this.#model.tokenizer);
  }

  /** The conversation in the library's form: calls and their results are parts of the assistant's turn. */
  history(messages: readonly ChatMessage[]): ChatHistoryItem[] {
    const history: ChatHistoryItem[] = [];
    for (const message of messages) {
      if (message.role === "system" || message.role === "user") {
        history.push({ type: message.role, text: message.text });
        continue;
      }
      const last = history.at(-1);
      const turn: ChatModelResponse = last?.type === "model" ? last : { type: "model", response: [] };
      if (turn !== last) history.push(turn);
      turn.response.push(message.role === "assistant" ? message.text : this.#call(message));
    }
    return history;
  }

  /** Tools in the library's form. The model is offered them; nothing here runs one. */
  functions(tools: readonly OfferedTool[]): ChatModelFunctions {
    if (!this.toolTemplate) throw noToolTemplate();
    return Object.fromEntries(
      tools.map(({ name, description, parameters }) => [name, { description, params: parameters as never }]),
    );
  }

  #call(message: Extract<ChatMessage, { role: "tool" }>): ChatModelFunctionCall {
    if (!this.toolTemplate) throw noToolTemplate();
    return { type: "functionCall", name: message.tool, params: message.arguments, result: message.result };
  }
}

function withOpenTurn(history: ChatHistoryItem[], prefix: string): ChatHistoryItem[] {
  const last = history.at(-1);
  const begun = prefix === "" ? [] : [prefix];
  if (last?.type !== "model") return [...history, { type: "model", response: begun }];
  return [...history.slice(0, -1), { ...last, response: [...last.response, ...begun] }];
}

function noToolTemplate(): IndoorsError {
  return new IndoorsError(
    "input.invalid",
    "Tools cannot be offered: this model's template has no place for them. Give a schema for the call instead.",
  );
}
