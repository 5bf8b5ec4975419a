import type { Channel } from "../shared/channel.ts";
import { type Payload, serve, type Server } from "../shared/contract.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { hostContract } from "../shared/host-contract.ts";
import { llmContract } from "../shared/llm-contract.ts";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import type { SpeechEngineName } from "../shared/speech.ts";
import { llmWorkerEntry } from "../engines/entries.ts";
import { lockDataFolder } from "../store/lock-data-folder.ts";
import { saveModel } from "../store/models.ts";
import { openStore, type Store } from "../store/open-store.ts";
import { failInterruptedRuns } from "../store/runs.ts";
import { searchSegments } from "../store/search.ts";
import { AgentRuns } from "./agent-runs.ts";
import { type AppFiles, findAppFiles } from "./app-files.ts";
import { Approvals } from "./approvals.ts";
import { type Audit, openAudit, person } from "./audit.ts";
import { auditMethods } from "./audit-methods.ts";
import { audited } from "./audited.ts";
import { probeEntry } from "./call-entries.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { type EngineFacts, FactsBook } from "./engine-facts.ts";
import { EngineProcess } from "./engine-process.ts";
import { findFfmpeg } from "./find-ffmpeg.ts";
import { refuseOwnFolder } from "./grant-world.ts";
import { importModels } from "./import-models.ts";
import { JobQueue } from "./job-queue.ts";
import { measureLlm } from "./llm-facts.ts";
import { LlmSlot } from "./llm-slot.ts";
import { type LocalLog, openLocalLog } from "./local-log.ts";
import { ModelLibrary } from "./model-library.ts";
import { modelLoadEntry } from "./model-load-entry.ts";
import { NoticeBoard } from "./notice-board.ts";
import { ocrWeights } from "./ocr-weights.ts";
import { openPolicyFile, type PolicyFile } from "./policy-file.ts";
import { policyMethods } from "./policy-methods.ts";
import { readinessReport } from "./readiness.ts";
import { sealedToolsOnDemand } from "./sealed-tools.ts";
import { smokeTest } from "./smoke-test.ts";
import { measureSpeech } from "./speech-facts.ts";
import { cleanWorkFolder, startTranscription, transcriptionHandler } from "./transcriptions.ts";
import { exportTranscript, recordingViews, transcriptView } from "./transcript-views.ts";

export interface HostOptions {
  readonly dataFolder: string;
  /** Unfinished jobs go on at once, or wait until they are asked for. */
  readonly resume: "all" | "asked";
  readonly files?: AppFiles;
}

/** The running host. Its parts are for the benchmarks; everything else goes through the contract. */
export interface Host {
  readonly files: AppFiles;
  readonly data: DataFolder;
  readonly library: ModelLibrary;
  readonly store: Store;
  readonly audit: Audit;
  speechFacts(
    engine: SpeechEngineName,
    model: InstalledModel,
    device: DeviceChoice,
    fresh?: boolean,
  ): Promise<EngineFacts>;
  llmFacts(model: InstalledModel, device: DeviceChoice, fresh?: boolean): Promise<EngineFacts>;
  log(line: string): void;
  /** Serves the contract on a channel until the channel closes. */
  serve(channel: Channel): void;
  /** Stops work where it is, unloads models, closes the database, gives the data folder back. */
  dispose(): Promise<void>;
}

/** Tokens of prompt and answer together; the model's own limit may make it smaller. */
const contextTokens = 4096;

/**
 * Opens the data folder and puts the house together. One host per data folder.
 * @throws IndoorsError `data.busy`, `store.unusable`, `file.unreadable`
 */
export async function openHost(options: HostOptions): Promise<Host> {
  const files = options.files ?? findAppFiles();
  const lock = lockDataFolder(options.dataFolder);
  let store: Store | undefined;
  let audit: Audit | undefined;
  try {
    const data = openDataFolder(options.dataFolder);
    store = openStore(data.database);
    const localLog = openLocalLog(data.log);
    const notices = new NoticeBoard();
    audit = await openAudit({
      folder: data.audit,
      appVersion: files.version,
      nodePath: files.nodePath,
      onLog: (line) => localLog.write(line),
      onNotice: (text) => {
        localLog.write(text);
        notices.say(text);
      },
    });
    await cleanWorkFolder(data.work, store);
    failInterruptedRuns(store.writer);
    const policy = await openPolicyFile(data.path);
    return assemble(options, { files, data, store, audit, policy, localLog, notices, unlock: () => lock.release() });
  } catch (error) {
    await audit?.dispose();
    store?.close();
    lock.release();
    throw error;
  }
}

/** What is open before the house is put together. */
interface Ground {
  readonly files: AppFiles;
  readonly data: DataFolder;
  readonly store: Store;
  readonly audit: Audit;
  readonly policy: PolicyFile;
  readonly localLog: LocalLog;
  readonly notices: NoticeBoard;
  readonly unlock: () => void;
}

function assemble(
  options: HostOptions,
  { files, data, store, audit, policy, localLog, notices, unlock }: Ground,
): Host {
  const { nodePath, enginesFolder } = files;
  const onLog = (line: string) => localLog.write(line);
  const servers = new Set<Server<typeof hostContract>>();
  type Events = keyof typeof hostContract.events;
  const emit = <E extends Events>(event: E, payload: Payload<typeof hostContract, E>) => {
    for (const server of servers) server.emit(event, payload);
  };
  const onNotice = (text: string) => {
    onLog(text);
    notices.say(text);
  };

  const library = new ModelLibrary(files, store);
  const facts = new FactsBook(store);
  const speechFacts: Host["speechFacts"] = (engine, model, device, fresh) => {
    const measure = async () => {
      const voiceModelPath = (await library.choose("voice-activity", null)).path;
      const samplePath = library.all().find(({ role }) => role === "sample")?.path ?? "";
      const workFolder = data.work;
      return await measureSpeech({
        engine,
        model,
        device,
        nodePath,
        enginesFolder,
        workFolder,
        samplePath,
        voiceModelPath,
        onLog,
      });
    };
    const row = modelLoadEntry(model, { engine, device, purpose: "measure" });
    return facts.get({ engine, model, device, appVersion: files.version }, () => audited(audit, row, measure), fresh);
  };
  const llmFacts: Host["llmFacts"] = (model, device, fresh) =>
    facts.get(
      { engine: "llm", model, device, appVersion: files.version },
      () =>
        audited(audit, modelLoadEntry(model, { engine: "llm", device, purpose: "measure" }), () =>
          measureLlm({ model, device, nodePath, onLog }),
        ),
      fresh,
    );

  const slot = new LlmSlot({
    library,
    audit,
    nodePath,
    onLog,
    onNotice,
    contextTokens,
    stateFolder: data.states,
    threadsFor: async (model, device) => (await llmFacts(model, device)).threads,
  });
  const transcriptions = {
    store,
    library,
    audit,
    workFolder: data.work,
    nodePath,
    enginesFolder,
    ffmpegPath: findFfmpeg(),
    speechFacts,
    onLog,
    onNotice,
  };
  const queue = new JobQueue({
    store,
    handlers: [transcriptionHandler(transcriptions)],
    onChange: (view) => emit("job.changed", view),
    onLog,
  });
  const sealed = sealedToolsOnDemand({
    files,
    dataFolder: data.path,
    weights: () => ocrWeights(library, onNotice),
    folder: data.tools,
    onProbe: (report) => audit.event(probeEntry(report)).catch((error: unknown) => onNotice(messageOf(error))),
    onNotice,
    onLog,
  });
  const approvals = new Approvals({
    onRequested: (request) => emit("approval.requested", request),
    onClosed: ({ id, runId }, answer) => emit("approval.closed", { id, runId, answer }),
  });
  const runs = new AgentRuns({
    store,
    library,
    slot,
    sealedTools: sealed.get,
    policy,
    approvals,
    audit,
    checkGrants: (grants) => refuseOwnFolder(grants, data.path),
    onStep: (runId, seq, step) => emit("run.step", { runId, seq, step }),
    onText: (runId, text) => emit("run.text", { runId, text }),
    onEnded: (runId, status) => emit("run.ended", { runId, status }),
    onLog,
  });

  const importFrom = async (request: Parameters<typeof importModels>[0], signal: AbortSignal) => {
    const inspector = new EngineProcess({
      name: "model inspector",
      entry: llmWorkerEntry,
      contract: llmContract,
      nodePath,
      onLog,
      onCrash: onLog,
    });
    try {
      return await importModels(
        request,
        {
          modelsFolder: data.models,
          manifest: files.manifest,
          installed: () => library.all(),
          inspectGguf: (modelPath) => inspector.call("inspect", { modelPath, contextTokens }, signal),
          smokeTest: (model, smokeSignal) =>
            smokeTest(model, { nodePath, enginesFolder, workFolder: data.work, onLog }, smokeSignal),
          record: (model) => saveModel(store.writer, model),
          onProgress: throttled((name, phase, done, total) => emit("models.progress", { name, phase, done, total })),
        },
        signal,
      );
    } finally {
      await inspector.dispose();
    }
  };

  queue.start(options.resume);
  onLog(`host ${files.version} started, session ${audit.session}, node ${process.version}`);

  return {
    files,
    data,
    library,
    store,
    audit,
    speechFacts,
    llmFacts,
    log: onLog,
    serve(channel) {
      const server = serve(
        channel,
        hostContract,
        {
          "readiness.report": ({ measure }, signal) =>
            readinessReport(
              {
                files,
                dataFolder: data.path,
                library,
                onLog,
                sandbox: async () => (await sealed.get()).report(),
                factsOf: (engine, model, fresh) =>
                  engine === "llm" ? llmFacts(model, "auto", fresh) : speechFacts(engine, model, "auto", fresh),
              },
              measure,
              signal,
            ),
          "models.list": async () => ({ models: await library.list() }),
          "models.verify": async ({ name }, signal) => ({
            models: await library.verify(
              name,
              throttled((model, done) =>
                emit("models.progress", { name: model.name, phase: "reading", done, total: model.bytes }),
              ),
              signal,
            ),
          }),
          "models.import": (request, signal) => {
            const subject = request.name ?? "models";
            const content = { path: request.path };
            return audited(
              audit,
              { action: "model.import", actor: person(), runId: null, subject, facts: {}, content },
              () => importFrom(request, signal),
              ({ imported, refused }) => ({
                imported: imported.map((model) => `${model.name} ${model.sha256}`).join(", "),
                refused: refused.length,
              }),
            );
          },
          "models.remove": async ({ name }) => {
            await slot.dispose();
            const freedBytes = await audited(
              audit,
              { action: "model.remove", actor: person(), runId: null, subject: name, facts: {}, content: {} },
              () => library.remove(name),
            );
            return { freedBytes };
          },
          "transcriptions.start": (request, signal) => startTranscription(transcriptions, queue, request, signal),
          "jobs.list": () => ({ jobs: queue.list() }),
          "jobs.get": ({ id }) => queue.view(id),
          "jobs.pause": ({ id }) => queue.pause(id),
          "jobs.resume": ({ id }) => queue.resume(id),
          "jobs.cancel": ({ id }) => queue.cancel(id),
          "recordings.list": () => ({ recordings: recordingViews(store) }),
          "transcripts.get": ({ id }) => transcriptView(store, id),
          "transcripts.export": async ({ id, format }) => {
            const text = exportTranscript(store, id, format);
            const what = { subject: id, facts: { kind: "transcript", format }, content: {} };
            await audit.event({ action: "export", actor: person(), runId: null, ...what });
            return { text };
          },
          "transcripts.search": ({ query, limit }) => ({ hits: searchSegments(store.reader, { query, limit }) }),
          "runs.start": (request) => runs.start(request),
          "runs.cancel": async ({ id }) => {
            await runs.cancel(id);
            return {};
          },
          "runs.retry": ({ id }) => runs.retry(id),
          "runs.get": ({ id }) => runs.get(id),
          ...policyMethods(policy, approvals, sealed.get),
          ...auditMethods(audit),
        },
        {
          onFault: (fault, where) =>
            onLog(
              `${where}: ${fault instanceof IndoorsError ? fault.message : ((fault as Error)?.stack ?? String(fault))}`,
            ),
        },
      );
      servers.add(server);
      const deaf = notices.listen((text) => server.emit("notice", { text }));
      channel.onClose(() => {
        deaf();
        servers.delete(server);
        server.dispose();
      });
    },
    async dispose() {
      await queue.dispose();
      approvals.dispose();
      await runs.dispose();
      await sealed.dispose();
      await slot.dispose();
      await audit.dispose();
      for (const server of servers) server.dispose();
      store.close();
      unlock();
      await localLog.flush();
    },
  };
}

/** At most ten calls a second: progress is for eyes. */
function throttled<A extends unknown[]>(tell: (...args: A) => void): (...args: A) => void {
  let toldAt = 0;
  return (...args) => {
    if (performance.now() - toldAt < 100) return;
    toldAt = performance.now();
    tell(...args);
  };
}
