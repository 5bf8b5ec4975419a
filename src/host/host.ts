import { randomUUID } from "node:crypto";
import type { Channel } from "../shared/channel.ts";
import { type Payload, serve, type Server } from "../shared/contract.ts";
import { IndoorsError } from "../shared/errors.ts";
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
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import { type EngineFacts, FactsBook } from "./engine-facts.ts";
import { EngineProcess } from "./engine-process.ts";
import { findFfmpeg } from "./find-ffmpeg.ts";
import { importModels } from "./import-models.ts";
import { JobQueue } from "./job-queue.ts";
import { measureLlm } from "./llm-facts.ts";
import { LlmSlot } from "./llm-slot.ts";
import { openLocalLog } from "./local-log.ts";
import { ModelLibrary } from "./model-library.ts";
import { readinessReport } from "./readiness.ts";
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
  try {
    const data = openDataFolder(options.dataFolder);
    store = openStore(data.database);
    await cleanWorkFolder(data.work, store);
    failInterruptedRuns(store.writer);
    return assemble(options, files, data, store, () => lock.release());
  } catch (error) {
    store?.close();
    lock.release();
    throw error;
  }
}

function assemble(options: HostOptions, files: AppFiles, data: DataFolder, store: Store, unlock: () => void): Host {
  const { nodePath, enginesFolder } = files;
  const localLog = openLocalLog(data.log);
  const onLog = (line: string) => localLog.write(line);
  const servers = new Set<Server<typeof hostContract>>();
  type Events = keyof typeof hostContract.events;
  const emit = <E extends Events>(event: E, payload: Payload<typeof hostContract, E>) => {
    for (const server of servers) server.emit(event, payload);
  };
  const onNotice = (text: string) => {
    onLog(text);
    emit("notice", { text });
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
    return facts.get({ engine, model, device, appVersion: files.version }, measure, fresh);
  };
  const llmFacts: Host["llmFacts"] = (model, device, fresh) =>
    facts.get(
      { engine: "llm", model, device, appVersion: files.version },
      () => measureLlm({ model, device, nodePath, onLog }),
      fresh,
    );

  const slot = new LlmSlot({
    library,
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
  const runs = new AgentRuns({
    store,
    library,
    slot,
    nodePath,
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
  onLog(`host ${files.version} started, session ${randomUUID()}, node ${process.version}`);

  return {
    files,
    data,
    library,
    store,
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
          "models.import": importFrom,
          "models.remove": async ({ name }) => {
            await slot.dispose();
            return { freedBytes: await library.remove(name) };
          },
          "transcriptions.start": (request, signal) => startTranscription(transcriptions, queue, request, signal),
          "jobs.list": () => ({ jobs: queue.list() }),
          "jobs.get": ({ id }) => queue.view(id),
          "jobs.pause": ({ id }) => queue.pause(id),
          "jobs.resume": ({ id }) => queue.resume(id),
          "jobs.cancel": ({ id }) => queue.cancel(id),
          "recordings.list": () => ({ recordings: recordingViews(store) }),
          "transcripts.get": ({ id }) => transcriptView(store, id),
          "transcripts.export": ({ id, format }) => ({ text: exportTranscript(store, id, format) }),
          "transcripts.search": ({ query, limit }) => ({ hits: searchSegments(store.reader, { query, limit }) }),
          "runs.start": (request) => runs.start(request),
          "runs.cancel": async ({ id }) => {
            await runs.cancel(id);
            return {};
          },
          "runs.retry": ({ id }) => runs.retry(id),
          "runs.get": ({ id }) => runs.get(id),
        },
        {
          onFault: (fault, where) =>
            onLog(
              `${where}: ${fault instanceof IndoorsError ? fault.message : ((fault as Error)?.stack ?? String(fault))}`,
            ),
        },
      );
      servers.add(server);
      channel.onClose(() => {
        servers.delete(server);
        server.dispose();
      });
    },
    async dispose() {
      await queue.dispose();
      await runs.dispose();
      await slot.dispose();
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
