import { z } from "zod";
import { approvalAnswer, approvalRequest } from "./approval.ts";
import { anchored, auditExportFormat, auditQuery, auditReport, auditRow } from "./audit-contract.ts";
import type { Contract } from "./contract.ts";
import { job } from "./job.ts";
import { device, deviceChoice, installedModel, modelRole } from "./model.ts";
import { policy, verdict } from "./policy.ts";
import { runStatus, step } from "./run.ts";
import { sandboxReport } from "./sandbox.ts";
import { exportFormat, segment, speechEngineName, transcriptOrigin } from "./speech.ts";
import { grant, transcriptHit } from "./tool.ts";

const empty = z.strictObject({});
const id = z.string().min(1);

/** One line of the readiness report: a thing people want to do, whether it works here, and what to do if not. */
export const readinessItem = z.strictObject({
  feature: z.string(),
  state: z.enum(["ready", "limited", "missing"]),
  detail: z.string(),
  /** What to do about it, or null when there is nothing to do. */
  remedy: z.string().nullable(),
});

/** What an engine really computes on here: the device it names, and the rate it was measured at. */
export const engineReport = z.strictObject({
  engine: z.string(),
  model: z.string(),
  device: z.string(),
  threads: z.int(),
  /** A short check, in words with units: "31 tokens/s at 2 threads". */
  measured: z.string(),
  notice: z.string().nullable(),
});

export const readiness = z.strictObject({
  version: z.string(),
  machine: z.strictObject({
    platform: z.string(),
    cpu: z.string(),
    cores: z.int(),
    memoryBytes: z.number(),
    freeMemoryBytes: z.number(),
  }),
  dataFolder: z.string(),
  runningAsRoot: z.boolean(),
  /** What each engine finds to compute on, by engine. */
  devices: z.array(z.strictObject({ engine: z.string(), device })),
  /** How tools are sealed here, as the last probe found it. */
  sandbox: sandboxReport,
  items: z.array(readinessItem),
  engines: z.array(engineReport),
  models: z.array(z.strictObject({ name: z.string(), fits: z.boolean(), detail: z.string() })),
});
export type Readiness = z.infer<typeof readiness>;

export const modelStatus = z.strictObject({
  model: installedModel,
  /** `unverified` only before the first look at the bytes. */
  state: z.enum(["present", "missing", "changed", "unverified"]),
});
export type ModelStatus = z.infer<typeof modelStatus>;

/** A job with what a person wants to know of it. `timeLeftMs` is null until a speed is known. */
export const jobView = z.strictObject({ job, title: z.string(), timeLeftMs: z.number().nullable() });
export type JobView = z.infer<typeof jobView>;

export const recordingView = z.strictObject({
  id,
  name: z.string(),
  path: z.string(),
  durationMs: z.number().nullable(),
  addedAt: z.string(),
  transcripts: z.array(z.strictObject({ id, status: z.string(), origin: transcriptOrigin })),
});

export const transcriptView = z.strictObject({
  id,
  recordingId: id,
  recordingName: z.string(),
  durationMs: z.number().nullable(),
  language: z.string(),
  status: z.string(),
  origin: transcriptOrigin,
  segments: z.array(segment),
});
export type TranscriptView = z.infer<typeof transcriptView>;

export const runView = z.strictObject({
  id,
  conversationId: id,
  status: runStatus,
  model: z.string(),
  modelSha256: z.string(),
  steps: z.array(step),
});
export type RunView = z.infer<typeof runView>;

export const policyCheck = z.strictObject({
  path: z.string(),
  policy: policy.nullable(),
  /** Why the file cannot be used. */
  fault: z.string().nullable(),
  /** What is well-formed and yet looks like a mistake. */
  warnings: z.array(z.string()),
  /** What it says of the call: by which rule, counted from 0, and whether untrusted content would make a question of it. */
  ruling: z
    .strictObject({ verdict, reason: z.string(), rule: z.int().nullable(), verdictWhenTainted: verdict })
    .nullable(),
});
export type PolicyCheck = z.infer<typeof policyCheck>;

/** What the host offers to a window or a terminal. */
export const hostContract = {
  methods: {
    /**
     * Looks at everything a feature needs. Rate checks take some seconds: `fresh` makes them now, `once` only where
     * this machine was never measured, `none` leaves them out.
     */
    "readiness.report": {
      params: z.strictObject({ measure: z.enum(["none", "once", "fresh"]) }),
      result: readiness,
    },

    "models.list": { params: empty, result: z.strictObject({ models: z.array(modelStatus) }) },
    /** Reads every byte of the named model, or of all. */
    "models.verify": {
      params: z.strictObject({ name: z.string().nullable() }),
      result: z.strictObject({ models: z.array(modelStatus) }),
    },
    /** Imports a file, or every model in a folder. What is refused says why; nothing else changes. */
    "models.import": {
      params: z.strictObject({ path: z.string(), name: z.string().nullable(), role: modelRole.nullable() }),
      result: z.strictObject({
        imported: z.array(installedModel),
        refused: z.array(z.strictObject({ path: z.string(), reason: z.string(), message: z.string() })),
      }),
    },
    "models.remove": {
      params: z.strictObject({ name: z.string() }),
      result: z.strictObject({ freedBytes: z.number() }),
    },

    /** Adds a recording and queues its transcription. Rejects when the file cannot be read at all. */
    "transcriptions.start": {
      params: z.strictObject({
        path: z.string(),
        model: z.string().nullable(),
        engine: speechEngineName,
        language: z.string(),
        vocabulary: z.array(z.string()),
        device: deviceChoice,
        /** Transcribe once more what already has a transcript of the same making. */
        again: z.boolean(),
      }),
      result: z.strictObject({ jobId: id, recordingId: id, transcriptId: id }),
    },
    "jobs.list": { params: empty, result: z.strictObject({ jobs: z.array(jobView) }) },
    "jobs.get": { params: z.strictObject({ id }), result: jobView },
    "jobs.pause": { params: z.strictObject({ id }), result: jobView },
    "jobs.resume": { params: z.strictObject({ id }), result: jobView },
    "jobs.cancel": { params: z.strictObject({ id }), result: jobView },

    "recordings.list": { params: empty, result: z.strictObject({ recordings: z.array(recordingView) }) },
    "transcripts.get": { params: z.strictObject({ id }), result: transcriptView },
    "transcripts.export": {
      params: z.strictObject({ id, format: exportFormat }),
      result: z.strictObject({ text: z.string() }),
    },
    "transcripts.search": {
      params: z.strictObject({ query: z.string(), limit: z.int().min(1).max(200) }),
      result: z.strictObject({ hits: z.array(transcriptHit) }),
    },

    /** Asks the agent. The answer comes as `run.step` and `run.ended` events; every step is stored first. */
    "runs.start": {
      params: z.strictObject({
        question: z.string().min(1),
        conversationId: id.nullable(),
        model: z.string().nullable(),
        grants: z.array(grant),
        device: deviceChoice,
      }),
      result: z.strictObject({ runId: id, conversationId: id }),
    },
    "runs.cancel": { params: z.strictObject({ id }), result: empty },
    /** Runs the same question again, with the same grants, after a stop or a crash. */
    "runs.retry": { params: z.strictObject({ id }), result: z.strictObject({ runId: id, conversationId: id }) },
    "runs.get": { params: z.strictObject({ id }), result: runView },

    /** The questions that wait for a person. New ones come as `approval.requested`. */
    "approvals.list": { params: empty, result: z.strictObject({ approvals: z.array(approvalRequest) }) },
    /** Rejects with `not-found` when nobody waits for it any more, `input.invalid` for a scope that was not offered. */
    "approvals.answer": { params: z.strictObject({ id, answer: approvalAnswer }), result: empty },
    /** The policy in force. `fault` says why there is none: then no tool may run. */
    "policy.get": {
      params: empty,
      result: z.strictObject({ path: z.string(), policy: policy.nullable(), fault: z.string().nullable() }),
    },
    /** Tests a policy file, by default the one in force, and explains what it says of a call that might be made. */
    "policy.check": {
      params: z.strictObject({
        path: z.string().nullable(),
        call: z.strictObject({ agent: z.string().nullable(), tool: z.string(), grants: z.array(grant) }).nullable(),
      }),
      result: policyCheck,
    },

    /** The newest rows of the audit log that fit, oldest first. Reading is a row, too, as are the others here. */
    "audit.list": { params: auditQuery, result: z.strictObject({ rows: z.array(auditRow) }) },
    /** Checks the whole log, against anchors where there are some. A log that was changed is a result, not an error. */
    "audit.verify": {
      params: z.strictObject({ anchorFile: z.string().nullable(), publicKeyFile: z.string().nullable() }),
      result: auditReport,
    },
    /** Writes the whole log to a file. */
    "audit.export": {
      params: z.strictObject({ file: z.string(), format: auditExportFormat }),
      result: z.strictObject({ rows: z.int() }),
    },
    /** Signs where the log is now, and adds that to a file when one is named. */
    "audit.anchor": { params: z.strictObject({ file: z.string().nullable() }), result: anchored },
    /** Where anchors go by themselves: every 100 rows, every 15 minutes, at the end. Null: nowhere. */
    "audit.setAnchorFile": { params: z.strictObject({ file: z.string().nullable() }), result: empty },
    /** Makes the content hashes of these rows meaningless, for a person's right to be forgotten. */
    "audit.eraseContent": {
      params: z.strictObject({ rows: z.array(z.int()).min(1) }),
      result: z.strictObject({ erased: z.int() }),
    },
  },
  events: {
    "job.changed": jobView,
    "run.step": z.strictObject({ runId: id, seq: z.int(), step }),
    "run.text": z.strictObject({ runId: id, text: z.string() }),
    "run.ended": z.strictObject({ runId: id, status: runStatus }),
    "approval.requested": approvalRequest,
    /** Answered, or taken back: `answer` is null then. */
    "approval.closed": z.strictObject({ id, runId: id, answer: approvalAnswer.nullable() }),
    /** A sentence people should see: an engine fell back to the CPU, an engine crashed and was started again. */
    notice: z.strictObject({ text: z.string() }),
    /** How far an import or a check of a model is. */
    "models.progress": z.strictObject({ name: z.string(), phase: z.string(), done: z.number(), total: z.number() }),
  },
} as const satisfies Contract;
