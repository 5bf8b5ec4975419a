import type { ModelStatus, ReadinessItem } from "../shared/host-contract.ts";
import type { ModelRole } from "../shared/model.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import { type PerimeterFacts, perimeterItem } from "./perimeter/openings.ts";
import { sandboxItems } from "./sandbox-items.ts";

/** What was found on this machine. */
export interface Found {
  readonly models: readonly ModelStatus[];
  /** Whether the engine that whisper-node carries is built. */
  readonly whisperNode: boolean;
  /** Whether a desktop is there that decodes what Chromium can. */
  readonly desktopDecodes: boolean;
  /** Where ffmpeg is, or null. */
  readonly ffmpeg: string | null;
  readonly sandbox: SandboxReport;
  readonly perimeter: PerimeterFacts;
}

const fetchOrImport = "Run `npm run -s indoors -- models fetch` while setting up, or import a model from a stick.";

/** What people want to do, and whether it works here. Ids stay the same from version to version. */
export function readinessItems(found: Found): readonly ReadinessItem[] {
  const pictures = needsModel(found, "ocr", "Reading scans and pictures", "ocr");
  return [
    needsModel(found, "speech", "Speech to text", "speech"),
    needsModel(found, "voice-activity", "Telling speech from silence", "voice-activity"),
    pictures.state === "missing" ? { ...pictures, state: "limited" } : pictures,
    wordTimes(found),
    {
      ...{ id: "audio-builtin", feature: "wav, mp3, ogg, opus, flac", state: "ready", remedy: null, action: null },
      detail: "decoders are built in",
    },
    containers(found),
    chat(found),
    ...sandboxItems(found.sandbox),
    perimeterItem(found.perimeter),
    ...found.models.flatMap(changedModel),
  ];
}

/** The models for this that can be loaded, as far as is known. */
export function usable(models: readonly ModelStatus[], role: ModelRole): readonly ModelStatus[] {
  return models.filter(({ model, state }) => model.role === role && state !== "missing" && state !== "changed");
}

function needsModel(found: Found, id: string, feature: string, role: ModelRole): ReadinessItem {
  const names = usable(found.models, role).map(({ model }) => model.name);
  return names.length > 0
    ? { id, feature, state: "ready", detail: `with ${names.join(", ")}`, remedy: null, action: null }
    : {
        ...{ id, feature, state: "missing", remedy: fetchOrImport, action: "import-model" },
        detail: `no ${role} model on this machine`,
      };
}

function chat(found: Found): ReadinessItem {
  const item = needsModel(found, "chat", "Asking the agent", "chat");
  const onlyStarter = usable(found.models, "chat").every(({ model }) => model.origin === "default");
  if (item.state !== "ready" || !onlyStarter) return item;
  return {
    ...item,
    state: "limited",
    detail: `${item.detail}: the starter model proves the loop, it is not for work`,
    remedy: "Import a better GGUF: `npm run -s indoors -- models import FILE.gguf`.",
    action: "import-model",
  };
}

function wordTimes({ whisperNode }: Found): ReadinessItem {
  const what = { id: "word-times", feature: "Word times and probabilities", action: null };
  return whisperNode
    ? { ...what, state: "ready", detail: "the whisper-node engine is built", remedy: null }
    : {
        ...{ ...what, state: "limited", detail: "the whisper-node engine is not built" },
        remedy: "Run `npm run build:whisper-node` (needs make and g++).",
      };
}

function containers({ desktopDecodes, ffmpeg }: Found): ReadinessItem {
  const what = { id: "audio-containers", feature: "m4a, mp4, mov, webm", action: null };
  if (desktopDecodes) return { ...what, state: "ready", detail: "decoded by the desktop", remedy: null };
  if (ffmpeg !== null) return { ...what, state: "ready", detail: `decoded by ${ffmpeg}`, remedy: null };
  return {
    ...{ ...what, state: "limited", detail: "there is no ffmpeg on this machine" },
    remedy: "Install ffmpeg, open such recordings in the desktop, or convert them to wav or flac.",
  };
}

function changedModel({ model, state }: ModelStatus): readonly ReadinessItem[] {
  if (state !== "changed") return [];
  return [
    {
      ...{ id: `model-changed:${model.name}`, feature: `Model ${model.name}`, state: "missing", action: "show-models" },
      detail: "its bytes are not those that were brought here; it will not be loaded",
      remedy: "Fetch or import it again.",
    },
  ];
}
