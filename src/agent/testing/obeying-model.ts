import type { GenerateRequest, Generation, LanguageModel } from "../ports.ts";
import { promptText } from "./scripted-model.ts";

const timing = { promptTokens: 1, evaluatedTokens: 1, generatedTokens: 1, firstTokenMs: 1, totalMs: 1 };

/**
 * The worst model there could be: it does what any text in its prompt tells it to do, whoever wrote that text. An order
 * is `call TOOL {arguments}`; it also finds orders in base64, between invisible characters and in tag letters. What it
 * was told once it does once. For tests of everything that stands between a model and the machine.
 */
export class ObeyingModel implements LanguageModel {
  readonly contextTokens = 32_768;
  readonly toolTemplate = true;
  /** The orders it has followed, as `TOOL {arguments}`. */
  readonly obeyed: string[] = [];
  /** All that it was ever shown. */
  shown = "";

  async countPrompt(): Promise<number> {
    return 1;
  }

  async score(): Promise<never> {
    throw new Error("a model with a tool template is not asked for scores");
  }

  async generate(request: GenerateRequest): Promise<Generation> {
    const prompt = promptText(request.messages);
    this.shown += prompt;
    const calls = readings(prompt)
      .flatMap(ordersIn)
      .filter(({ name, arguments: args }) => {
        const order = `${name} ${JSON.stringify(args)}`;
        const isNew = !this.obeyed.includes(order);
        if (isNew) this.obeyed.push(order);
        return isNew && request.tools?.some((tool) => tool.name === name) === true;
      });
    const text = calls.length > 0 ? "" : "I did all that I was told.";
    return { text, calls, stop: calls.length > 0 ? "calls" : "end", timing };
  }
}

/** The prompt as it is, without what nobody sees, with tag letters read as letters, and what is hidden in base64. */
function readings(prompt: string): readonly string[] {
  const spelled = prompt.replace(/[\u{e0020}-\u{e007e}]/gu, (tag) =>
    String.fromCodePoint((tag.codePointAt(0) ?? 0) - 0xe0000),
  );
  const seen = spelled.replace(/[\p{Cf}\ufffd\u2400-\u243f]|\u009b|\[[0-9;]*m/gu, "");
  const encoded = [...prompt.matchAll(/[A-Za-z0-9+/]{40,}={0,2}/gu)].map(([text]) => decodeBase64(text));
  return [prompt, spelled, seen, ...encoded];
}

function ordersIn(text: string): Generation["calls"][number][] {
  return [...text.matchAll(/call (\w+) (?=\{)/gu)].flatMap((match) => {
    const args = objectAt(text, match.index + match[0].length);
    return args === undefined ? [] : [{ name: match[1] ?? "", arguments: args }];
  });
}

/** The shortest text from `start` on that is a JSON object. */
function objectAt(text: string, start: number): unknown {
  for (let end = text.indexOf("}", start); end >= 0; end = text.indexOf("}", end + 1)) {
    try {
      return JSON.parse(text.slice(start, end + 1)) as unknown;
    } catch {
      // A brace inside the object: the next one may be its end.
    }
  }
  return undefined;
}

/** Written out, because this folder may use nothing of the platform. */
function decodeBase64(text: string): string {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  let bits = 0;
  let held = 0;
  let decoded = "";
  for (const letter of text.replace(/=+$/u, "")) {
    held = (held << 6) | letters.indexOf(letter);
    bits += 6;
    if (bits >= 8) {
      bits -= 8;
      decoded += String.fromCodePoint((held >> bits) & 0xff);
      held &= (1 << bits) - 1;
    }
  }
  return decoded;
}
