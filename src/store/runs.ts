import { IndoorsError } from "../shared/errors.ts";
import type { DeviceChoice } from "../shared/model.ts";
import type { RunStatus, Step } from "../shared/run.ts";
import type { Grant } from "../shared/tool.ts";
import type { Reader, Writer } from "./connection.ts";
import { getConversation } from "./conversations.ts";
import { fromJson, toJson } from "./json-column.ts";
import { newRow, now } from "./new-row.ts";

/** One question to the agent and what came of it. What it was asked is its first step. */
export interface Run {
  readonly id: string;
  readonly conversationId: string;
  readonly status: RunStatus;
  /** Who answers, by id. The agent may be gone since. */
  readonly agent: string;
  /** The run of another agent that handed the question over; null: a person asked it. */
  readonly handedOverBy: string | null;
  /** Untrusted content that whoever worded the question had read, in words. */
  readonly taint: readonly string[];
  readonly model: string;
  readonly modelSha256: string;
  readonly device: DeviceChoice;
  readonly grants: readonly Grant[];
  /** The run that took its place: the model no longer sees this one. */
  readonly replacedBy: string | null;
  /** Tokens that prompt and answer could take together; null until the model was loaded. */
  readonly contextTokens: number | null;
  readonly createdAt: string;
  readonly updatedAt: string;
}

export interface StoredStep {
  /** 0, 1, 2 … within the run, without gaps. */
  readonly seq: number;
  readonly step: Step;
  readonly createdAt: string;
}

type RunRow = Omit<Run, "grants" | "taint"> & { readonly grants: string; readonly taint: string };

const columns = `id, conversation_id AS conversationId, status, model, model_sha256 AS modelSha256, device, grants,
  agent, handed_over_by AS handedOverBy, taint, replaced_by AS replacedBy, context_tokens AS contextTokens, created_at AS createdAt, updated_at AS updatedAt`;

/** Starts a run, status `running`. @throws IndoorsError `not-found` when there is no such conversation. */
export function createRun(
  writer: Writer,
  run: Pick<Run, "conversationId" | "agent" | "model" | "modelSha256" | "device" | "grants"> &
    Partial<Pick<Run, "handedOverBy" | "taint">>,
): Run {
  const { conversationId, agent, model, modelSha256, device, grants, handedOverBy = null, taint = [] } = run;
  getConversation(writer, conversationId);
  const { id, at } = newRow();
  writer.run(
    `INSERT INTO runs (id, conversation_id, status, agent, handed_over_by, taint, model, model_sha256, device, grants,
       created_at, updated_at)
     VALUES (@id, @conversationId, 'running', @agent, @handedOverBy, @taint, @model, @modelSha256, @device, @grants,
       @at, @at)`,
    {
      ...{ id, conversationId, agent, handedOverBy, model, modelSha256, device, at },
      ...{ grants: toJson(grants), taint: toJson(taint) },
    },
  );
  return getRun(writer, id);
}

/**
 * Makes `by`, a new run of the same conversation, take the place of `replaced` and of all that came after it. Those
 * that had been replaced before keep what replaced them.
 * @throws IndoorsError `not-found`; `input.invalid` when it is of another conversation, was replaced already, or when
 * one of them still runs.
 */
export function replaceRuns(
  writer: Writer,
  { replaced, by }: { readonly replaced: string; readonly by: string },
): void {
  writer.transaction(() => {
    const [old, next] = [getRun(writer, replaced), getRun(writer, by)];
    const refuse = (why: string) =>
      new IndoorsError("input.invalid", `The question cannot be asked anew: run ${replaced}. ${why}`, {
        runId: replaced,
      });
    if (old.conversationId !== next.conversationId) throw refuse("It belongs to another conversation.");
    if (old.replacedBy !== null) throw refuse("It was replaced before. Ask the newest version of it again.");
    const runs = listRuns(writer, next.conversationId);
    const after = runs.slice(runs.findIndex(({ id }) => id === replaced)).filter(({ id }) => id !== by);
    if (after.some(({ status }) => status === "running")) {
      throw refuse("It, or one after it, is still being answered. Stop that first.");
    }
    for (const { id } of after.filter(({ replacedBy }) => replacedBy === null)) {
      writer.run("UPDATE runs SET replaced_by = @by WHERE id = @id", { id, by });
    }
  });
}

/** Stores what the loaded model can hold in view. */
export function setContextTokens(writer: Writer, id: string, contextTokens: number): void {
  writer.run("UPDATE runs SET context_tokens = @contextTokens WHERE id = @id", { id, contextTokens });
}

/** @throws IndoorsError `not-found` */
export function getRun(reader: Reader, id: string): Run {
  const row = reader.get<RunRow>(`SELECT ${columns} FROM runs WHERE id = @id`, { id });
  if (row === undefined) throw new IndoorsError("not-found", `There is no run with the id ${id}.`);
  return fromRow(row);
}

/** The runs of a conversation, oldest first. */
export function listRuns(reader: Reader, conversationId: string): Run[] {
  return reader
    .all<RunRow>(`SELECT ${columns} FROM runs WHERE conversation_id = @conversationId ORDER BY seq`, { conversationId })
    .map(fromRow);
}

/** The steps of a conversation that one agent took and the model still sees, oldest first. */
export function listStepsOf(reader: Reader, conversationId: string, agent: string): Step[] {
  return reader
    .all<{ readonly step: string }>(
      `SELECT step FROM steps JOIN runs ON runs.id = run_id
       WHERE conversation_id = @conversationId AND agent = @agent AND replaced_by IS NULL
       ORDER BY runs.seq, steps.seq`,
      { conversationId, agent },
    )
    .map(({ step }) => fromJson<Step>(step));
}

/**
 * Ends a run.
 * @throws IndoorsError `not-found`; `input.invalid` when it has ended before.
 */
export function finishRun(writer: Writer, id: string, status: Exclude<RunStatus, "running">): void {
  writer.transaction(() => {
    requireRunning(writer, id);
    writer.run("UPDATE runs SET status = @status, updated_at = @at WHERE id = @id", { id, status, at: now() });
  });
}

/** At host start: runs that a dead process left `running` have failed; they can be asked again. Returns how many. */
export function failInterruptedRuns(writer: Writer): number {
  return writer.run("UPDATE runs SET status = 'failed', updated_at = @at WHERE status = 'running'", { at: now() });
}

/**
 * Stores the next step of a run. It is never changed after, and goes only with the whole run.
 * @throws IndoorsError `not-found`; `input.invalid` when the run has ended.
 */
export function appendStep(writer: Writer, runId: string, step: Step): StoredStep {
  return writer.transaction(() => {
    requireRunning(writer, runId);
    const at = now();
    const row = writer.returning<{ readonly seq: number }>(
      `INSERT INTO steps (run_id, seq, step, created_at)
       VALUES (@runId, (SELECT coalesce(max(seq) + 1, 0) FROM steps WHERE run_id = @runId), @step, @at)
       RETURNING seq`,
      { runId, step: toJson(step), at },
    );
    if (row === undefined) throw new Error("an inserted step returned no row");
    return { seq: row.seq, step, createdAt: at };
  });
}

/** The steps of a run in order. */
export function listSteps(reader: Reader, runId: string): StoredStep[] {
  return reader
    .all<{ readonly seq: number; readonly step: string; readonly createdAt: string }>(
      "SELECT seq, step, created_at AS createdAt FROM steps WHERE run_id = @runId ORDER BY seq",
      { runId },
    )
    .map((row) => ({ ...row, step: fromJson<Step>(row.step) }));
}

function requireRunning(writer: Writer, id: string): void {
  const { status } = getRun(writer, id);
  if (status === "running") return;
  throw new IndoorsError(
    "input.invalid",
    `The run cannot go on: ${id}. It has ended (${status}). Ask again to start a new one.`,
    { runId: id, status },
  );
}

function fromRow(row: RunRow): Run {
  return { ...row, grants: fromJson<Grant[]>(row.grants), taint: fromJson<string[]>(row.taint) };
}
