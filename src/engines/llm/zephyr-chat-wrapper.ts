import {
  type ChatHistoryItem,
  ChatWrapper,
  type ChatWrapperGenerateContextStateOptions,
  type ChatWrapperGeneratedContextState,
  LlamaText,
  SpecialToken,
  SpecialTokensText,
} from "node-llama-cpp";

/**
 * The template of TinyLlama Chat and the other Zephyr descendants, pinned. The library's own reading of the model's
 * Jinja template gives the same text, but takes half a second at each load and leaves out the beginning-of-sequence
 * token that these models were trained with.
 */
export class ZephyrChatWrapper extends ChatWrapper {
  readonly wrapperName = "Zephyr";

  override generateContextState(options: ChatWrapperGenerateContextStateOptions): ChatWrapperGeneratedContextState {
    const history = options.chatHistory;
    const turns = history.flatMap((item, index) => {
      const open = index === history.length - 1 && item.type === "model";
      const role = item.type === "model" ? "assistant" : item.type;
      const begin = [new SpecialTokensText(`<|${role}|>\n`), textOf(item)];
      return open ? begin : [...begin, new SpecialToken("EOS"), new SpecialTokensText("\n")];
    });
    return {
      contextText: LlamaText([new SpecialToken("BOS"), ...turns]),
      stopGenerationTriggers: [LlamaText(new SpecialToken("EOS"))],
    };
  }
}

/**
 * True when a model's Jinja template is the one that this wrapper writes. Word for word: a template that only looks
 * alike may end its turns with another token.
 */
export function isZephyrTemplate(template: string): boolean {
  return template.trim() === zephyrTemplate;
}

const zephyrTemplate = `{% for message in messages %}
{% if message['role'] == 'user' %}
{{ '<|user|>
' + message['content'] + eos_token }}
{% elif message['role'] == 'system' %}
{{ '<|system|>
' + message['content'] + eos_token }}
{% elif message['role'] == 'assistant' %}
{{ '<|assistant|>
'  + message['content'] + eos_token }}
{% endif %}
{% if loop.last and add_generation_prompt %}
{{ '<|assistant|>' }}
{% endif %}
{% endfor %}`;

function textOf(item: ChatHistoryItem): string {
  if (item.type === "model") return item.response.filter((part) => typeof part === "string").join("");
  return typeof item.text === "string" ? item.text : LlamaText.fromJSON(item.text).toString();
}
