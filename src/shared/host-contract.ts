import { z } from "zod";
import { agent, agentId, firstAgent } from "./agent.ts";
import { approvalAnswer, approvalRequest } from "./approval.ts";
import { anchored, auditExportFormat, auditQuery, auditReport, auditRow } from "./audit-contract.ts";
import { captureText, captureView } from "./capture.ts";
import type { Contract } from "./contract.ts";
import { conversation } from "./conversation.ts";
import { addressExamination, judgedAddress } from "./gateway-contract.ts";
import { job } from "./job.ts";
import {
  bundleFacts,
  elicitationAnswer,
  elicitationRequest,
  serverDetails,
  serverName,
  serverToolEffect,
  serverView,
  settingValues,
} from "./mcp.ts";
import { device, deviceChoice, installedModel, modelRole } from "./model.ts";
import { listenAt, perimeterBudget, perimeterServer } from "./perimeter.ts";
import { policy, verdict } from "./policy.ts";
import { preferences } from "./preferences.ts";
import { runStatus, step } from "./run.ts";
import { sandboxLevel, sandboxReport } from "./sandbox.ts";
import { exportFormat, segment, speechEngineName, transcriptOrigin } from "./speech.ts";
import { grant, transcriptHit } from "./tool.ts";

const empty = z.strictObject({});
const id = z.string().min(1);

/** One line of the readiness report: a thing people want to do, whether it works here, and what to do if not. */
export const readinessItem = z.strictObject({
  /** The same in every language: `speech`, `chat`, `sandbox` … A window has its own words for it. */
  id: z.string(),
  feature: z.string(),
  state: z.enum(["ready", "limited", "missing"]),
  detail: z.string(),
  /** What to do about it, or null when there is nothing to do. */
  remedy: z.string().nullable(),
  /** Where in the desktop it can be done. */
  action: z.enum(["import-model", "show-sandbox", "show-models", "open-policy"]).nullable(),
});
export type ReadinessItem = z.infer<typeof readinessItem>;

/** Whether anything can leave this machine, as looked at now. */
export const sealView = z.strictObject({
  /** `none`: the host's processes have no network interface but the loopback. */
  network: z.enum(["none", "reachable"]),
  /** Why, in words; what would have to be done when it is reachable. */
  detail: z.string(),
  sandbox: sandboxReport,
  /** What is open and by whose decision. Empty when nothing is. */
  openings: z.array(z.string()),
});
export type SealView = z.infer<typeof sealView>;

/** A tool as a screen shows it. */
export const toolView = z.strictObject({
  name: z.string(),
  description: z.string(),
  effect: z.enum(["read", "write", "run"]),
  /** The MCP server whose tool it is; null: it is one of Indoors' own. */
  server: z.string().nullable(),
});
export type ToolView = z.infer<typeof toolView>;

/** One cell of the matrix: what the policy says of this agent calling this tool on this folder. */
export const policyCell = z.strictObject({
  agent: z.string(),
  tool: z.string(),
  /** The folder's path, or null: without any grant. */
  folder: z.string().nullable(),
  verdict,
  verdictWhenTainted: verdict,
  /** The rule that decided, counted from 0, or null when none did. */
  rule: z.int().nullable(),
  reason: z.string(),
});
export type PolicyCell = z.infer<typeof policyCell>;

/** One package that is in the program. */
export const licenceView = z.strictObject({ name: z.string(), version: z.string(), licence: z.string() });
export type LicenceView = z.infer<typeof licenceView>;

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
export const jobView = z.strictObject({
  job,
  title: z.string(),
  timeLeftMs: z.number().nullable(),
  /** What it works on, while that exists. */
  recordingId: z.string().nullable(),
  transcriptId: z.string().nullable(),
});
export type JobView = z.infer<typeof jobView>;

export const recordingView = z.strictObject({
  id,
  name: z.string(),
  path: z.string(),
  bytes: z.number(),
  durationMs: z.number().nullable(),
  addedAt: z.string(),
  /** `microphone`: made here, in the data folder; `file`: where its owner keeps it. */
  source: z.enum(["file", "microphone"]),
  transcripts: z.array(z.strictObject({ id, status: z.string(), language: z.string(), origin: transcriptOrigin })),
});
export type RecordingView = z.infer<typeof recordingView>;

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
  /** Known from the start; it is a step only when the model is loaded. */
  question: z.string(),
  status: runStatus,
  /** Which agent answers. */
  agent: z.string(),
  /** The run of another agent that handed this question over; null: a person asked it. */
  handedOverBy: z.string().nullable(),
  model: z.string(),
  modelSha256: z.string(),
  grants: z.array(grant),
  createdAt: z.string(),
  /** The run that took its place, when its question was edited or asked again. The model no longer sees this one. */
  replacedBy: z.string().nullable(),
  /** Tokens the model can hold in view; the timings of steps say how many are used. */
  contextTokens: z.int(),
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
  /**
   * What it says of the call: by which rule, counted from 0, and whether untrusted content would make a question of it.
   * `remedy`: what would change it.
   */
  ruling: z
    .strictObject({
      verdict,
      reason: z.string(),
      rule: z.int().nullable(),
      verdictWhenTainted: verdict,
      remedy: z.string(),
    })
    .nullable(),
});
export type PolicyCheck = z.infer<typeof policyCheck>;

/** A listed private server, as people see it. */
export const perimeterServerView = z.strictObject({
  ...perimeterServer.shape,
  hasCredential: z.boolean(),
  /** What crossed today, as the gateway counted. */
  callsToday: z.int(),
  bytesToday: z.int(),
});
export type PerimeterServerView = z.infer<typeof perimeterServerView>;

export const connectorView = z.strictObject({
  name: serverName,
  certificate: z.string(),
  enrolledAt: z.string(),
  revokedAt: z.string().nullable(),
  connected: z.boolean(),
  /** Where it dials from, while it is connected. */
  address: z.string().nullable(),
});
export type ConnectorView = z.infer<typeof connectorView>;

/** Every opening of the building. */
export const perimeterView = z.strictObject({
  path: z.string(),
  /** Why the file cannot be used; then nothing is open. */
  fault: z.string().nullable(),
  /** `absent`: there is no such process, and nothing can go out. */
  gateway: z.enum(["absent", "running", "failed"]),
  gatewayFault: z.string().nullable(),
  servers: z.array(perimeterServerView),
  listener: listenAt.nullable(),
  /** The certificate that connectors pin; null until something has listened. */
  fingerprint: z.string().nullable(),
  connectors: z.array(connectorView),
  /** Codes that were given out and not used yet. */
  enrolments: z.array(z.strictObject({ name: serverName, expiresAt: z.string() })),
});
export type PerimeterView = z.infer<typeof perimeterView>;

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

    /** Whether this machine is sealed, without trying the engines. */
    "seal.get": { params: empty, result: sealView },
    "settings.get": { params: empty, result: preferences },
    "settings.set": { params: preferences.partial(), result: preferences },
    "about.get": {
      params: empty,
      result: z.strictObject({
        version: z.string(),
        node: z.string(),
        dataFolder: z.string(),
        licences: z.array(licenceView),
      }),
    },
    /** The whole text of a package's licence. @throws not-found */
    "about.licence": { params: z.strictObject({ name: z.string() }), result: z.strictObject({ text: z.string() }) },

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

    /** Puts a waiting job before another one, or last. @throws not-found, input.invalid */
    "jobs.move": { params: z.strictObject({ id, before: id.nullable() }), result: empty },
    /** Queues a failed or cancelled job again; what was committed is kept. @throws not-found, input.invalid */
    "jobs.retry": { params: z.strictObject({ id }), result: jobView },
    /** Takes an ended job off the list. @throws not-found, input.invalid */
    "jobs.forget": { params: z.strictObject({ id }), result: empty },

    /** Begins a recording from the microphone. The shell writes its samples; text comes as `capture.text` when `live`. */
    "captures.start": {
      params: z.strictObject({
        name: z.string().max(200).nullable(),
        live: z.boolean(),
        model: z.string().nullable(),
        language: z.string(),
      }),
      result: captureView,
    },
    "captures.list": { params: empty, result: z.strictObject({ captures: z.array(captureView) }) },
    /** Makes a recording of it and, with `transcribe`, queues its transcription. @throws not-found, input.invalid */
    "captures.finish": {
      params: z.strictObject({
        id,
        transcribe: z.strictObject({ model: z.string().nullable(), language: z.string() }).nullable(),
      }),
      result: z.strictObject({ recordingId: id, jobId: id.nullable(), transcriptId: id.nullable() }),
    },
    /** Deletes it, with its sound. */
    "captures.discard": { params: z.strictObject({ id }), result: empty },

    /** Forgets a recording with its transcripts. Its file goes only when Indoors made it. @throws not-found */
    "recordings.remove": { params: z.strictObject({ id }), result: z.strictObject({ deletedFile: z.boolean() }) },
    "recordings.rename": { params: z.strictObject({ id, name: z.string().min(1).max(200) }), result: empty },
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

    /** All of them, the newest first, or those in which the words were said. */
    "conversations.list": {
      params: z.strictObject({ query: z.string().nullable(), limit: z.int().min(1).max(10_000) }),
      result: z.strictObject({
        conversations: z.array(
          z.strictObject({
            ...conversation.shape,
            /** The message that answers the query, and who wrote it. */
            hit: z.strictObject({ text: z.string(), role: z.enum(["user", "assistant"]) }).nullable(),
          }),
        ),
      }),
    },
    "conversations.get": {
      params: z.strictObject({ id }),
      result: z.strictObject({ conversation, runs: z.array(runView) }),
    },
    "conversations.rename": { params: z.strictObject({ id, title: z.string().min(1).max(200) }), result: empty },
    "conversations.remove": { params: z.strictObject({ id }), result: empty },
    /** The conversation as text, and a row in the audit log that it left as `format`. */
    "conversations.export": {
      params: z.strictObject({ id, format: z.enum(["markdown", "pdf"]) }),
      result: z.strictObject({ name: z.string(), text: z.string() }),
    },

    /** Asks the agent. The answer comes as `run.step` and `run.ended` events; every step is stored first. */
    "runs.start": {
      params: z.strictObject({
        question: z.string().min(1),
        conversationId: id.nullable(),
        agent: agentId.default(firstAgent),
        model: z.string().nullable(),
        grants: z.array(grant),
        device: deviceChoice,
        /** The run whose question this is, edited: it and all after it go out of the model's view. */
        replaces: id.nullable(),
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
    "tools.list": { params: empty, result: z.strictObject({ tools: z.array(toolView) }) },
    /**
     * What the policy in force says of every agent, or of one, calling every tool on each of these folders and without
     * one. Tools of servers, and servers as a whole (`server:NAME`), have a cell without a folder only.
     * @throws input.invalid when that are too many cells
     */
    "policy.matrix": {
      params: z.strictObject({ folders: z.array(z.string()).max(50), agent: z.string().nullable().default(null) }),
      result: z.strictObject({ agents: z.array(z.string()), cells: z.array(policyCell) }),
    },
    /**
     * Puts a rule for exactly this on top, in place of one that says it already; null takes that one away. `agent` and
     * `tool` null: every one.
     */
    "policy.setRule": {
      params: z.strictObject({
        agent: z.string().nullable(),
        tool: z.string().nullable(),
        grant: z.string().nullable(),
        verdict: verdict.nullable(),
      }),
      result: empty,
    },
    "policy.setMinimumLevel": { params: z.strictObject({ level: sandboxLevel }), result: empty },
    /** Tests a policy file, by default the one in force, and explains what it says of a call that might be made. */
    "policy.check": {
      params: z.strictObject({
        path: z.string().nullable(),
        call: z.strictObject({ agent: z.string().nullable(), tool: z.string(), grants: z.array(grant) }).nullable(),
      }),
      result: policyCheck,
    },

    /** The agents, `assistant` first. */
    "agents.list": { params: empty, result: z.strictObject({ agents: z.array(agent) }) },
    /** Makes one, or changes what it is. @throws input.invalid when it hands over to one that does not exist */
    "agents.put": { params: agent, result: empty },
    /** Takes it away, with the policy's rules about it. Runs keep its name. @throws input.invalid for `assistant` */
    "agents.remove": { params: z.strictObject({ id: agentId }), result: empty },

    "mcp.list": { params: empty, result: z.strictObject({ servers: z.array(serverView) }) },
    /** @throws not-found */
    "mcp.get": { params: z.strictObject({ name: serverName }), result: serverDetails },
    /** Looks at a .mcpb file or a folder; nothing is installed. @throws file.unreadable, server.refused */
    "mcp.inspect": { params: z.strictObject({ path: z.string() }), result: bundleFacts },
    /**
     * Installs a bundle. With `sha256` it must be that. The folders of its settings become read-only grants unless
     * `grants` says otherwise. @throws file.unreadable, server.refused, input.invalid
     */
    "mcp.import": {
      params: z.strictObject({
        path: z.string(),
        name: serverName.nullable(),
        sha256: z.string().nullable(),
        settings: settingValues,
        grants: z.array(grant),
      }),
      result: serverView,
    },
    /** Stops it first, when something changes that it was started with. @throws not-found, input.invalid */
    "mcp.change": {
      params: z.strictObject({
        name: serverName,
        enabled: z.boolean().nullable(),
        settings: settingValues.nullable(),
        grants: z.array(grant).nullable(),
      }),
      result: serverView,
    },
    /** Of a bundle: deletes it with its private folder. The other kinds are removed at the perimeter. @throws not-found */
    "mcp.remove": { params: z.strictObject({ name: serverName }), result: empty },
    /** Starts or reaches it and reads its tools, resources and prompts anew. @throws server.failed, perimeter.unreachable */
    "mcp.start": { params: z.strictObject({ name: serverName }), result: serverDetails },
    "mcp.stop": { params: z.strictObject({ name: serverName }), result: empty },
    /** What a person says of tools as they are described now. @throws server.refused when one was described anew since */
    "mcp.review": {
      params: z.strictObject({
        name: serverName,
        tools: z
          .array(
            z.strictObject({
              tool: z.string(),
              fingerprint: z.string(),
              decision: z.enum(["approve", "refuse"]),
              effect: serverToolEffect,
            }),
          )
          .min(1),
      }),
      result: serverDetails,
    },
    "mcp.readResource": {
      params: z.strictObject({ name: serverName, uri: z.string() }),
      result: z.strictObject({ text: z.string() }),
    },
    "mcp.prompt": {
      params: z.strictObject({
        name: serverName,
        prompt: z.string(),
        arguments: z.record(z.string(), z.string()),
      }),
      result: z.strictObject({ text: z.string() }),
    },
    /** Forms that wait for a person. New ones come as `elicitation.requested`. */
    "elicitations.list": { params: empty, result: z.strictObject({ elicitations: z.array(elicitationRequest) }) },
    /** @throws not-found when nobody waits for it any more, input.invalid when a field does not fit */
    "elicitations.answer": { params: z.strictObject({ id, answer: elicitationAnswer }), result: empty },

    "perimeter.get": { params: empty, result: perimeterView },
    /** Looks at a URL: its addresses, each judged, and its certificate. Nothing is listed by it. */
    "perimeter.examine": { params: z.strictObject({ url: z.string() }), result: addressExamination },
    /** Lists a server exactly so. @throws perimeter.refused, input.invalid when the name is taken */
    "perimeter.add": {
      params: z.strictObject({
        name: serverName,
        url: z.string(),
        address: z.string(),
        certificate: z.string().nullable(),
        credential: z.strictObject({ header: z.string(), secret: z.string() }).nullable(),
        budget: perimeterBudget.nullable(),
      }),
      result: perimeterView,
    },
    "perimeter.remove": { params: z.strictObject({ name: serverName }), result: perimeterView },
    /** Goes all the way to its list of tools, and says each step. */
    "perimeter.test": {
      params: z.strictObject({ name: serverName }),
      result: z.strictObject({
        steps: z.array(z.strictObject({ what: z.string(), ok: z.boolean(), detail: z.string() })),
      }),
    },
    /** Where a listener for connectors could be. */
    "connectors.addresses": { params: empty, result: z.strictObject({ addresses: z.array(judgedAddress) }) },
    /** Turns the listener on, at one private address, or off. */
    "connectors.listen": { params: z.strictObject({ at: listenAt.nullable() }), result: perimeterView },
    /** A code for one machine, for fifteen minutes and one use. `command` is what to type there. */
    "connectors.enrol": {
      params: z.strictObject({ name: serverName }),
      result: z.strictObject({ code: z.string(), expiresAt: z.string(), command: z.string() }),
    },
    /** Ends its connection and its right to dial in. Its name is not given again. */
    "connectors.revoke": { params: z.strictObject({ name: serverName }), result: perimeterView },

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
    /** Jobs were reordered or taken off the list; recordings or conversations came, went or were renamed. */
    "list.changed": z.strictObject({
      what: z.enum([
        ...["jobs", "recordings", "conversations", "models", "captures"],
        ...["agents", "servers", "perimeter", "policy"],
      ] as const),
    }),
    "capture.text": captureText,
    "settings.changed": preferences,
    "run.step": z.strictObject({ runId: id, seq: z.int(), step }),
    "run.text": z.strictObject({ runId: id, text: z.string() }),
    "run.ended": z.strictObject({ runId: id, status: runStatus }),
    "approval.requested": approvalRequest,
    /** Answered, or taken back: `answer` is null then. */
    "approval.closed": z.strictObject({ id, runId: id, answer: approvalAnswer.nullable() }),
    "elicitation.requested": elicitationRequest,
    /** Answered, or its server is gone. */
    "elicitation.closed": z.strictObject({ id }),
    /** How far a call of a server's tool is, in the server's words. */
    "run.progress": z.strictObject({
      runId: id,
      callId: z.string(),
      progress: z.number(),
      total: z.number().nullable(),
      message: z.string().nullable(),
    }),
    /** A sentence people should see: an engine fell back to the CPU, an engine crashed and was started again. */
    notice: z.strictObject({ text: z.string() }),
    /** How far an import or a check of a model is. */
    "models.progress": z.strictObject({ name: z.string(), phase: z.string(), done: z.number(), total: z.number() }),
  },
} as const satisfies Contract;
