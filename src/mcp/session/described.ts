import type { Prompt, Resource, Tool } from "@modelcontextprotocol/sdk/types.js";
import { IndoorsError } from "../../shared/errors.ts";
import type { DescribedTool, ServerPrompt, ServerResource } from "../../shared/mcp.ts";
import { deepestNesting, longestDescription, longestName, longestSchema, longestTitle } from "./limits.ts";
import { nestingOf } from "./nesting.ts";

/**
 * The tools as they are reviewed, word for word: nothing is cut or cleaned, or a review would be about something else.
 * @throws IndoorsError as `checkReviewable`.
 */
export function describedTools(tools: readonly Tool[]): DescribedTool[] {
  const described = tools.map((tool) => ({
    name: tool.name,
    title: tool.title ?? tool.annotations?.title ?? null,
    description: tool.description ?? "",
    inputSchema: tool.inputSchema,
    readOnlyHint: tool.annotations?.readOnlyHint ?? null,
    destructiveHint: tool.annotations?.destructiveHint ?? null,
  }));
  checkReviewable(described);
  return described;
}

/**
 * Checks that a person can review the tools, and that each has a name of its own.
 * @throws IndoorsError `tool.limit` for a description that is too long, `tool.failed` for two tools of one name.
 */
export function checkReviewable(tools: readonly DescribedTool[]): void {
  const names = new Set<string>();
  for (const { name, title, description, inputSchema } of tools) {
    const shown = name.slice(0, longestName);
    if (names.has(name) || name === "") {
      throw new IndoorsError(
        "tool.failed",
        `The server lists two tools of one name, or one without: '${shown}'. Tell its maker.`,
      );
    }
    names.add(name);
    const tooLong = [
      name.length > longestName && "name",
      (title?.length ?? 0) > longestTitle && "title",
      description.length > longestDescription && "description",
      isTooLarge(inputSchema) && "schema",
    ].find((what) => what !== false);
    if (tooLong === undefined) continue;
    throw new IndoorsError(
      "tool.limit",
      `The tool '${shown}' cannot be reviewed: its ${tooLong} is too long. Tell its maker.`,
      { limit: tooLong },
    );
  }
}

function isTooLarge(schema: Readonly<Record<string, unknown>>): boolean {
  return nestingOf(schema, deepestNesting) > deepestNesting || JSON.stringify(schema).length > longestSchema;
}

export function describedResource({ uri, name, title, description, mimeType }: Resource): ServerResource {
  return {
    uri: fits(uri, 2000),
    name: fits(title ?? name, longestTitle),
    description: fits(description ?? "", longestDescription),
    mimeType: mimeType === undefined ? null : fits(mimeType, longestName),
  };
}

export function describedPrompt({ name, description, arguments: questions = [] }: Prompt): ServerPrompt {
  return {
    name: fits(name, longestName),
    description: fits(description ?? "", longestDescription),
    arguments: questions.slice(0, 50).map((one) => ({
      name: fits(one.name, longestName),
      description: fits(one.description ?? "", longestDescription),
      required: one.required ?? false,
    })),
  };
}

const fits = (text: string, most: number) => text.slice(0, most);
