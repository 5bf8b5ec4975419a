import { setTimeout } from "node:timers/promises";
import type { ApprovalAnswer, ApprovalRequest, ApprovalScope } from "../shared/approval.ts";
import type { ElicitationAnswer, ElicitationRequest } from "../shared/mcp.ts";
import { answersFromFile } from "../host/answer-from-file.ts";
import type { CommandContext } from "./command.ts";
import { describeApproval } from "./describe-approval.ts";
import { describeForm, fillForm } from "./fill-form.ts";
import { LineReader } from "./line-reader.ts";

/** Answers approvals for a command. */
export interface Approver {
  answer(request: ApprovalRequest, signal: AbortSignal): Promise<ApprovalAnswer>;
  /** Fills in a server's form. Only a person can: without one it is declined. */
  fill(request: ElicitationRequest, signal: AbortSignal): Promise<ElicitationAnswer>;
  dispose(): void;
}

export const approveOption = { approve: { type: "string" } } as const;

const keys: Readonly<Record<string, ApprovalScope>> = { y: "call", r: "run", a: "always" };
const keyWords = {
  call: "[y] this once",
  run: "[r] for the rest of this run",
  always: "[a] always, for this tool in these folders",
} as const;

/** What arrives this soon after a question was typed before anyone could have read it. */
const typedAheadMs = 150;

/**
 * Who answers, as `--approve` says: the person at the terminal, always no, always yes, or the rules of a file. Without
 * the option it is the person where there is a terminal, and no where there is none. What is asked is always shown.
 * @throws IndoorsError `policy.invalid` for a file that cannot be used.
 */
export async function readApprover(context: CommandContext): Promise<Approver> {
  const { terminal } = context;
  const atTerminal = process.stdin.isTTY && process.stderr.isTTY;
  const written = context.text("approve") ?? (atTerminal ? "ask" : "nobody");
  if (written === "ask") return personApprover(context);
  const fromFile = ["nobody", "deny", "allow"].includes(written) ? undefined : await answersFromFile(written);
  return {
    async answer(request) {
      const decision = written === "allow" ? "allow" : "deny";
      const answer = fromFile?.(request) ?? { decision, scope: "call" as const, by: `option:${written}` };
      for (const line of describeApproval(request)) terminal.say(line);
      terminal.say(
        written === "nobody"
          ? "Not allowed: nobody can be asked here. Use --approve ask, allow, or a file with rules."
          : `${answer.decision === "allow" ? "Allowed" : "Not allowed"} by --approve ${written}.`,
      );
      return answer;
    },
    fill: async (request) => declined(request, terminal),
    dispose() {},
  };
}

/** Always no, with a sentence. For commands that ask the agent nothing that needs a yes. */
export function noApprover({ terminal }: Pick<CommandContext, "terminal">): Approver {
  return {
    async answer({ call }) {
      terminal.say(`Not allowed here: ${call.tool}.`);
      return { decision: "deny", scope: "call", by: "option:deny" };
    },
    fill: async (request) => declined(request, terminal),
    dispose() {},
  };
}

function declined(request: ElicitationRequest, terminal: CommandContext["terminal"]): ElicitationAnswer {
  for (const line of describeForm(request)) terminal.say(line);
  terminal.say("Declined: nobody can be asked here.");
  return { action: "decline" };
}

function personApprover({ terminal }: CommandContext): Approver {
  const reader = new LineReader();
  // At a terminal an answer comes after its question: what is typed ahead of it answers nothing.
  const atTerminal = process.stdin.isTTY;
  if (atTerminal) reader.open();
  return {
    async answer(request, signal) {
      for (const line of describeApproval(request)) terminal.say(line);
      terminal.say(`${request.scopes.map((scope) => keyWords[scope]).join("  ")}  [n] no (also with Enter)`);
      if (atTerminal) {
        await setTimeout(typedAheadMs, undefined, { signal });
        reader.forget();
      }
      const key = (await reader.next(signal))?.trim().toLowerCase() ?? "";
      const scope = keys[key === "yes" ? "y" : key];
      const allowed = scope !== undefined && request.scopes.includes(scope);
      terminal.say(allowed ? "Allowed." : "Not allowed.");
      return { decision: allowed ? "allow" : "deny", scope: allowed ? scope : "call", by: "terminal" };
    },
    async fill(request, signal) {
      for (const line of describeForm(request)) terminal.say(line);
      if (atTerminal) {
        await setTimeout(typedAheadMs, undefined, { signal });
        reader.forget();
      }
      return await fillForm(request, reader, (line) => terminal.say(line), signal);
    },
    dispose: () => reader.close(),
  };
}
