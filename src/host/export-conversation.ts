import { firstAgent } from "../shared/agent.ts";
import type { ConversationView } from "../shared/conversation.ts";
import type { RunView } from "../shared/host-contract.ts";
import type { Step } from "../shared/run.ts";
import { harmlessText } from "./harmless-text.ts";
import { sourcesOf } from "./sources-of.ts";

/**
 * A conversation as Markdown: each question with its tool calls, its answer and where that comes from. Runs that were
 * replaced are left out, as on the screen. The result ends with a newline.
 */
export function exportConversation(conversation: ConversationView, runs: readonly RunView[]): string {
  const shown = runs.filter(({ replacedBy }) => replacedBy === null);
  const head = [`# ${oneLine(conversation.title)}`, `Begun ${day(conversation.createdAt)}, exported from Indoors.`];
  return `${[...head, ...shown.flatMap(runParts)].map(harmlessText).join("\n\n")}\n`;
}

function runParts({ question, steps, agent, handedOverBy, model, createdAt }: RunView): readonly string[] {
  const answer = steps.findLast((step) => step.kind === "answer")?.text;
  const stopped = steps.findLast((step) => step.kind === "stopped")?.message;
  const calls = steps.filter((step) => step.kind === "call").map((step) => callText(step, steps));
  const sources = sourcesOf(steps);
  return [
    handedOverBy === null ? "## Question" : `## Handed over to ${oneLine(agent)}`,
    `*${time(createdAt)}*`,
    quoted(inert(question)),
    ...(calls.length === 0 ? [] : ["### Tool calls", ...calls]),
    "### Answer",
    answer === undefined ? `*No answer: ${oneLine(stopped ?? "it was not finished.")}*` : inert(answer),
    agent === firstAgent ? `*Written by ${oneLine(model)}.*` : `*Written by ${oneLine(agent)} with ${oneLine(model)}.*`,
    ...(sources.length === 0 ? [] : ["### Sources", sources.map((source) => `- ${oneLine(source)}`).join("\n")]),
  ];
}

/** A call: what was asked with which arguments, who allowed it, how well it was sealed, what came of it. */
function callText({ call }: Extract<Step, { kind: "call" }>, steps: readonly Step[]): string {
  const about = steps.filter((step) => step.kind === "decision").filter(({ callId }) => callId === call.id);
  const result = steps.filter((step) => step.kind === "result").find(({ callId }) => callId === call.id);
  const level = about.find((decision) => decision.level !== undefined)?.level;
  const words = [
    ...about.map(({ decision, reason, about: what }) => {
      const subject = what === "changes" ? "changes " : "";
      return `${subject}${decision === "allow" ? "allowed" : "refused"}: ${oneLine(reason)}`;
    }),
    ...(level === undefined ? [] : [`sandbox level ${level}`]),
    ...(result === undefined ? ["no result"] : [result.outcome.ok ? "done" : `failed (${result.outcome.code})`]),
    ...(result === undefined ? [] : [`${Math.round(result.ms)} ms`]),
  ];
  return `**${oneLine(call.tool)}** — ${words.join("; ")}\n\n${fenced(JSON.stringify(call.arguments, null, 2))}`;
}

/** A block that nothing in the text can end. */
function fenced(text: string): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/gu)].map(([run]) => run.length));
  const fence = "`".repeat(longest + 1);
  return `${fence}json\n${text}\n${fence}`;
}

/**
 * Markdown that nothing is fetched for: whoever opens the file elsewhere must not call an address that an injected
 * answer names. Images and HTML show as the text they are; links stay, they wait for a click.
 */
function inert(text: string): string {
  return text.replaceAll("![", String.raw`!\[`).replaceAll(/<(?=[a-z/!?])/giu, "&lt;");
}

function quoted(text: string): string {
  return text
    .split("\n")
    .map((line) => `> ${line}`.trimEnd())
    .join("\n");
}

function oneLine(text: string): string {
  return text.replaceAll(/\s+/gu, " ").trim();
}

function day(iso: string): string {
  return iso.slice(0, 10);
}

function time(iso: string): string {
  return `${iso.slice(0, 16).replace("T", " ")} UTC`;
}
