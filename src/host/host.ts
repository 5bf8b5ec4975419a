import type { Channel } from "../shared/channel.ts";
import { type Payload, serve, type Server } from "../shared/contract.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { hostContract } from "../shared/host-contract.ts";
import type { DeviceChoice, InstalledModel } from "../shared/model.ts";
import type { SpeechEngineName } from "../shared/speech.ts";
import { lockDataFolder } from "../store/lock-data-folder.ts";
import { openStore, type Store } from "../store/open-store.ts";
import { failInterruptedRuns } from "../store/runs.ts";
import { agentMethods } from "./agent-methods.ts";
import { AgentRuns } from "./agent-runs.ts";
import { type AppFiles, findAppFiles } from "./app-files.ts";
import { Approvals } from "./approvals.ts";
import { type Audit, startAudit } from "./audit.ts";
import { auditMethods } from "./audit-methods.ts";
import { audited } from "./audited.ts";
import { probeEntry } from "./call-entries.ts";
import { conversationMethods } from "./conversation-methods.ts";
import type { Captures } from "./captures.ts";
import { type DataFolder, openDataFolder } from "./data-folder.ts";
import type { DesktopDecoder } from "./desktop-decoder.ts";
import { type EngineFacts, FactsBook } from "./engine-facts.ts";
import { findFfmpeg } from "./find-ffmpeg.ts";
import { refuseOwnFolder } from "./grant-world.ts";
import { measureLlm } from "./llm-facts.ts";
import { LlmSlot } from "./llm-slot.ts";
import { type LocalLog, openLocalLog } from "./local-log.ts";
import { machineMethods } from "./machine-methods.ts";
import { ModelLibrary } from "./model-library.ts";
import { modelLoadEntry } from "./model-load-entry.ts";
import { modelMethods } from "./model-methods.ts";
import { NoticeBoard } from "./notice-board.ts";
import { ocrWeights } from "./ocr-weights.ts";
import { mcpMethods } from "./mcp/mcp-methods.ts";
import { openServers } from "./mcp/open-servers.ts";
import { connectorMethods } from "./perimeter/connector-methods.ts";
import { type GatewayPlace, ownGateway } from "./perimeter/gateway-place.ts";
import { Perimeter } from "./perimeter/perimeter.ts";
import { perimeterMethods } from "./perimeter/perimeter-methods.ts";
import { openRemoteSession } from "./perimeter/remote-session.ts";
import { openPolicyFile, type PolicyFile } from "./policy-file.ts";
import { policyMethods } from "./policy-methods.ts";
import { collectTopics } from "./policy-topics.ts";
import { sealedToolsOnDemand } from "./sealed-tools.ts";
import { settingsMethods } from "./settings-methods.ts";
import { openSound } from "./sound.ts";
import { measureSpeech } from "./speech-facts.ts";
import { cleanWorkFolder } from "./transcriptions.ts";

export interface HostOptions {
  readonly dataFolder: string;
  /** Unfinished jobs go on at once, or wait until they are asked for. */
  readonly resume: "all" | "asked";
  readonly files?: AppFiles;
  /** The decoders of the desktop that started this host. */
  readonly desktop?: DesktopDecoder;
  /** Who starts the gateway, when there is something to start it for. Default: this host itself. */
  readonly gateway?: GatewayPlace;
}

/** The running host. Its parts are for the benchmarks; everything else goes through the contract. */
export interface Host {
  readonly files: AppFiles;
  readonly data: DataFolder;
  readonly library: ModelLibrary;
  readonly store: Store;
  readonly audit: Audit;
  readonly captures: Captures;
  readonly perimeter: Perimeter;
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
    // The log opens while the rest does; whatever needs a row waits for it.
    ({ audit } = startAudit({
      folder: data.audit,
      appVersion: files.version,
      nodePath: files.nodePath,
      onLog: (line) => localLog.write(line),
      onNotice: (text) => {
        localLog.write(text);
        notices.say(text);
      },
    }));
    failInterruptedRuns(store.writer);
    const [policy] = await Promise.all([openPolicyFile(data.path), cleanWorkFolder(data.work, store)]);
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
  const listChanged = (what: Payload<typeof hostContract, "list.changed">["what"]) => () =>
    emit("list.changed", { what });
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
  const sound = openSound({
    ...{ data, store, library, audit, nodePath, enginesFolder, speechFacts, emit, onLog, onNotice },
    ffmpegPath: findFfmpeg(),
    desktop: options.desktop ?? null,
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
  const { servers: mcpServers, elicitations } = openServers({
    ...{ files, data, store, audit, policy, approvals, sealedTools: sealed.get, onNotice, onLog },
    openRemote: (name, asked) => openRemoteSession(perimeter, name, asked),
    onChanged: listChanged("servers"),
    emit,
  });
  const runs = new AgentRuns({
    servers: mcpServers,
    store,
    library,
    slot,
    sealedTools: sealed.get,
    policy,
    approvals,
    audit,
    checkGrants: (grants) => refuseOwnFolder(grants, data.path),
    contextTokens,
    onAsked: listChanged("conversations"),
    onStep: (runId, seq, step) => emit("run.step", { runId, seq, step }),
    onText: (runId, text) => emit("run.text", { runId, text }),
    onEnded: (runId, status) => emit("run.ended", { runId, status }),
    onLog,
  });

  const perimeter = new Perimeter({
    ...{ dataFolder: data.path, audit, onNotice, onLog, onChanged: listChanged("perimeter") },
    place: options.gateway ?? ownGateway({ files, perimeterFolder: data.perimeter, onLog }),
    servers: mcpServers,
  });
  // From the command line it is there while something is asked of it.
  if (options.resume === "all") void perimeter.start();

  sound.queue.start(options.resume);
  onLog(`host ${files.version} started, session ${audit.session}, node ${process.version}`);

  return {
    files,
    data,
    library,
    store,
    audit,
    captures: sound.captures,
    perimeter,
    speechFacts,
    llmFacts,
    log: onLog,
    serve(channel) {
      const server = serve(
        channel,
        hostContract,
        {
          ...sound.methods,
          ...conversationMethods({ store, runs, audit, contextTokens, onChanged: listChanged("conversations") }),
          ...modelMethods({
            ...{ files, data, store, library, slot, audit, contextTokens, onLog },
            onProgress: (progress) => emit("models.progress", progress),
            onChanged: listChanged("models"),
          }),
          ...machineMethods({
            ...{ files, dataFolder: data.path, library, policy, onLog, sealedTools: sealed.get, perimeter },
            desktopDecodes: () => options.desktop !== undefined,
            unsealedBecause: process.env["INDOORS_HOST_SEAL"],
            factsOf: (engine, model, fresh) =>
              engine === "llm" ? llmFacts(model, "auto", fresh) : speechFacts(engine, model, "auto", fresh),
          }),
          ...settingsMethods(store, audit, (now) => emit("settings.changed", now)),
          ...agentMethods({
            ...{ store, library, runs, policy, audit },
            onChanged: (what) => emit("list.changed", { what }),
          }),
          ...policyMethods({
            ...{ policy, approvals, audit, onChanged: listChanged("policy") },
            topics: () => collectTopics(store, sealed.get, mcpServers),
          }),
          ...mcpMethods(mcpServers, elicitations),
          ...perimeterMethods(perimeter, audit, onLog),
          ...connectorMethods(perimeter, onLog),
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
      await sound.dispose();
      approvals.dispose();
      elicitations.dispose();
      await runs.dispose();
      await mcpServers.dispose();
      await perimeter.dispose();
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
