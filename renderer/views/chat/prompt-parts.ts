import { mcpHostContract } from "../../../src/shared/mcp-contract.ts";

/** What the model would read, in order. */
export interface PromptParts {
  readonly messages: readonly { readonly role: "system" | "user" | "assistant"; readonly text: string }[];
  readonly maxTokens: number;
}

/** The prompt of a server that asks to use the model; null when it does not have the form that it should. */
export function promptParts(args: Readonly<Record<string, unknown>>): PromptParts | null {
  const known = mcpHostContract.methods.sample.params.safeParse(args);
  if (!known.success) return null;
  const { system, messages, maxTokens } = known.data;
  return {
    messages: [...(system === null ? [] : [{ role: "system" as const, text: system }]), ...messages],
    maxTokens,
  };
}
