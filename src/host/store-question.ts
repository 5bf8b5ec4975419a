import { IndoorsError } from "../shared/errors.ts";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import type { Step } from "../shared/run.ts";
import type { Grant } from "../shared/tool.ts";
import type { Reader, Writer } from "../store/connection.ts";
import {
  addMessage,
  createConversation,
  getConversation,
  questionOfRun,
  renameConversation,
} from "../store/conversations.ts";
import { createRun, getRun, listRuns, listStepsOf, replaceRuns, type Run } from "../store/runs.ts";

/** A question to an agent, before it has a row. */
export interface NewQuestion {
  readonly question: string;
  /** Null: in a conversation of its own. */
  readonly conversationId: string | null;
  readonly agent: string;
  readonly model: InstalledModel;
  readonly device: DeviceChoice;
  readonly grants: readonly Grant[];
  /** The run whose question this is, edited: it and all after it go out of the models' view. */
  readonly replaces: string | null;
  /** The run that handed it over, and what had been read before that. */
  readonly handedOver?: { readonly by: string; readonly taint: readonly string[] };
}

/** A question with its row, and what its agent knows of the conversation. */
export interface StoredQuestion {
  readonly run: Run;
  readonly question: string;
  /** The agent's own earlier steps. What other agents saw and did there is not shown to it. */
  readonly history: readonly Step[];
  /** Untrusted content that reached the agent in the words of questions that were handed over to it. */
  readonly taint: readonly string[];
}

/**
 * Stores a question as rows, in one transaction.
 * @throws IndoorsError `not-found`; `input.invalid` when the conversation is busy, or the run that it replaces is not
 * one of its own.
 */
export function storeQuestion(writer: Writer, asked: NewQuestion): StoredQuestion {
  const { question, agent, model, device, grants, replaces } = asked;
  return writer.transaction(() => {
    const { id, title } =
      asked.conversationId === null
        ? createConversation(writer, { title: titleOf(question) })
        : getConversation(writer, asked.conversationId);
    const busy = listRuns(writer, id).find(({ status }) => status === "running");
    if (busy !== undefined) {
      throw new IndoorsError(
        "input.invalid",
        `The question was not asked: ${title}. An earlier one in this conversation is still being answered. Wait for it, or stop it.`,
        { runId: busy.id },
      );
    }
    const run = createRun(writer, {
      ...{ conversationId: id, agent, model: model.name, modelSha256: model.sha256, device, grants },
      ...originOf(writer, asked),
    });
    if (replaces !== null) replaceRuns(writer, { replaced: replaces, by: run.id });
    addMessage(writer, { conversationId: id, role: "user", text: question, runId: run.id });
    const seen = listRuns(writer, id).filter((one) => one.replacedBy === null);
    if (seen.length === 1 && replaces !== null && title === titleOf(questionOfRun(writer, replaces))) {
      // Nobody gave it another title, so it goes on being the first question.
      renameConversation(writer, id, titleOf(question));
    }
    const taint = new Set(seen.filter((one) => one.agent === agent).flatMap((one) => one.taint));
    return { run, question, history: listStepsOf(writer, id, agent), taint: [...taint] };
  });
}

/** Who worded the question. Asked anew in the same words, they are still those of the agent that handed it over. */
function originOf(
  reader: Reader,
  { question, replaces, handedOver }: NewQuestion,
): Pick<Run, "handedOverBy" | "taint"> {
  if (handedOver !== undefined) return { handedOverBy: handedOver.by, taint: handedOver.taint };
  if (replaces === null) return { handedOverBy: null, taint: [] };
  const { handedOverBy, taint } = getRun(reader, replaces);
  return { handedOverBy: questionOfRun(reader, replaces) === question ? handedOverBy : null, taint };
}

/** What a conversation is called until somebody gives it a title. */
function titleOf(question: string): string {
  return question.slice(0, 80);
}
