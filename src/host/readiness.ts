import { existsSync } from "node:fs";
import { freemem, platform, release, totalmem } from "node:os";
import { join } from "node:path";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { Readiness } from "../shared/host-contract.ts";
import { llmContract } from "../shared/llm-contract.ts";
import type { InstalledModel, ModelRole } from "../shared/model.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import { llmWorkerEntry, speechWorkerEntries } from "../engines/entries.ts";
import { speechContract } from "../shared/speech-contract.ts";
import { EngineProcess } from "./engine-process.ts";
import type { AppFiles } from "./app-files.ts";
import { describeCpu } from "./cpu.ts";
import type { EngineFacts } from "./engine-facts.ts";
import { findFfmpeg } from "./find-ffmpeg.ts";
import { inGigabytes, speechNeedBytes } from "./inspect-model-file.ts";
import type { ModelLibrary } from "./model-library.ts";
import type { PerimeterFacts } from "./perimeter/openings.ts";
import { readinessItems, usable } from "./readiness-items.ts";

export interface ReadinessParts {
  readonly files: AppFiles;
  readonly dataFolder: string;
  readonly library: ModelLibrary;
  /** What an engine does here, measured now or earlier. */
  readonly factsOf: (
    engine: "transcribe-cpp" | "whisper-node" | "llm",
    model: InstalledModel,
    fresh: boolean,
  ) => Promise<EngineFacts>;
  /** Whether a desktop is connected that decodes what Chromium can. */
  readonly desktopDecodes: boolean;
  /** What the last probe of the sandbox found. */
  readonly sandbox: () => Promise<SandboxReport>;
  readonly perimeter: PerimeterFacts;
  readonly onLog: (line: string) => void;
}

/** Looks at everything a feature needs. With `measure`, each engine is tried for real; that takes seconds the first time. */
export async function readinessReport(
  parts: ReadinessParts,
  measure: "none" | "once" | "fresh",
  signal: AbortSignal,
): Promise<Readiness> {
  const { files, library } = parts;
  const sandbox = await parts.sandbox();
  const cpu = describeCpu();
  const statuses = await library.list();
  const present = (role: ModelRole) => usable(statuses, role);
  const whisperNode = existsSync(join(files.enginesFolder, "whisper-node", "main"));
  const { desktopDecodes, perimeter } = parts;
  const here = { models: statuses, whisperNode, desktopDecodes, ffmpeg: findFfmpeg(), sandbox, perimeter };
  const items = [...readinessItems(here)];

  const engines: Readiness["engines"] = [];
  const models: Readiness["models"] = [];
  const probe = new EngineProcess({
    name: "language model probe",
    entry: llmWorkerEntry,
    contract: llmContract,
    nodePath: files.nodePath,
    onLog: parts.onLog,
    onCrash: parts.onLog,
  });
  const speechProbe = new EngineProcess({
    name: "speech probe",
    entry: speechWorkerEntries["transcribe-cpp"],
    contract: speechContract,
    nodePath: files.nodePath,
    onLog: parts.onLog,
    onCrash: parts.onLog,
  });
  const devices: Readiness["devices"] = [];
  try {
    const ask = {
      "transcribe-cpp": () => speechProbe.call("devices", {}, signal),
      llm: () => probe.call("devices", {}, signal),
    };
    for (const [engine, look] of Object.entries(ask)) {
      // An engine that finds nothing, or cannot even start, shows in its own line below.
      const found = await look().catch((error: unknown) => {
        parts.onLog(`${engine}: devices: ${messageOf(error)}`);
        return { devices: [] };
      });
      for (const device of found.devices) devices.push({ engine, device });
    }
    for (const { model } of [...present("speech"), ...present("chat")]) {
      let needBytes = speechNeedBytes(model.bytes);
      if (model.format === "gguf" && model.role === "chat") {
        const params = { modelPath: model.path, contextTokens: 4096 };
        needBytes = await probe.call("inspect", params, signal).then(
          ({ needBytes: need }) => need,
          () => needBytes,
        );
      }
      const fits = needBytes < totalmem();
      const words = fits ? (needBytes < freemem() ? "fits" : "fits when other programs are closed") : "does not fit";
      models.push({
        name: model.name,
        fits,
        detail: `${words}: needs about ${inGigabytes(needBytes)}, ${inGigabytes(freemem())} are free`,
      });
    }
  } finally {
    await probe.dispose();
    await speechProbe.dispose();
  }

  if (measure !== "none") {
    const tries = [
      ["transcribe-cpp", present("speech").length === 0 ? null : await library.choose("speech", null)],
      ["whisper-node", present("speech").length === 0 || !whisperNode ? null : await library.choose("speech", null)],
      ["llm", present("chat").length === 0 ? null : await library.choose("chat", null)],
    ] as const;
    for (const [engine, model] of tries) {
      if (model === null) continue;
      signal.throwIfAborted();
      try {
        await library.ensureUnchanged(model, signal);
        const facts = await parts.factsOf(engine, model, measure === "fresh");
        const best = facts.speeds.find(({ threads }) => threads === facts.threads)?.speed ?? 0;
        const measured =
          engine === "llm"
            ? `writes ${best.toFixed(1)} tokens/s`
            : `${best.toFixed(1)} s of audio per second (real-time factor ${(1 / best).toFixed(2)})`;
        engines.push({
          engine,
          model: model.name,
          device: facts.device,
          threads: facts.threads,
          measured,
          notice: facts.notice,
        });
      } catch (error) {
        if (!(error instanceof IndoorsError)) parts.onLog(`${engine}: ${messageOf(error)}`);
        items.push({
          ...{ id: `engine:${engine}`, feature: `Engine ${engine}`, state: "missing", remedy: null, action: null },
          detail: messageOf(error),
        });
      }
    }
  }

  return {
    version: files.version,
    machine: {
      platform: `${platform()} ${release()}`,
      cpu: cpu.name,
      cores: cpu.cores,
      memoryBytes: totalmem(),
      freeMemoryBytes: freemem(),
    },
    dataFolder: parts.dataFolder,
    runningAsRoot: process.getuid?.() === 0,
    devices,
    sandbox,
    items,
    engines,
    models,
  };
}
