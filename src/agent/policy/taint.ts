import type { Step } from "../../shared/run.ts";
import type { ToolCall, ToolSpec } from "../../shared/tool.ts";

/**
 * What untrusted content a conversation has read, in words, oldest first and each once: the calls whose results came
 * from granted files or from recordings. A script or a server taints by what it says also when it fails. A tool that writes only
 * confirms, and does not. A call of a tool that is not known any more counts.
 */
export function taintOf(steps: readonly Step[], tools: readonly ToolSpec[]): readonly string[] {
  const calls = new Map<string, ToolCall>();
  const read = new Set<string>();
  for (const step of steps) {
    if (step.kind === "call") calls.set(step.call.id, step.call);
    if (step.kind !== "result") continue;
    const call = calls.get(step.callId);
    if (call === undefined) continue;
    const tool = tools.find((one) => one.name === call.tool);
    const ran = step.outcome.ok || (speaksWhenItFails(tool) && !unspoken.includes(step.outcome.code));
    // To hand a question over brings nothing in: the other agent answers in a run of its own.
    const bringsContent =
      tool === undefined || (tool.effect !== "write" && tool.needs.some((need) => need !== "agents"));
    if (ran && bringsContent) read.add(describe(call, tool));
  }
  return [...read];
}

/** Refusals of the house: whoever was called never heard of it. */
const unspoken = ["tool.denied", "server.refused"];

/** A tool that only reads files says why it failed in words of the house; a server says it in its own. */
function speaksWhenItFails(tool: ToolSpec | undefined): boolean {
  return tool?.effect !== "read" || tool.needs.includes("server");
}

function describe(call: ToolCall, tool: ToolSpec | undefined): string {
  const named = Object.entries(tool?.arguments ?? {}).flatMap(([name, { kind }]) => {
    const value = call.arguments[name];
    return (kind === "path" || kind === "recording") && typeof value === "string" ? [value] : [];
  });
  return [call.tool, ...named].join(" ");
}
