import { throwIfCancelled } from "../shared/errors.ts";
import { audited } from "./audited.ts";
import { AudioEngine } from "./audio-engine.ts";
import type { LiveEngines } from "./live-text.ts";
import { modelLoadEntry } from "./model-load-entry.ts";
import { SpeechProcess } from "./speech-engine.ts";
import { chooseSpeechModel, plainTranscription } from "./start-transcription.ts";
import type { TranscriptionParts } from "./transcriptions.ts";

/**
 * Voice activity and a speech model, each in a process of its own, over one file that grows.
 * @throws IndoorsError `model.missing`, `model.changed`, `engine.missing`, `input.invalid` for a language it does not know
 */
export async function openLiveEngines(
  parts: Omit<TranscriptionParts, "desktop" | "ffmpegPath">,
  { path, ...asked }: { readonly path: string; readonly model: string | null; readonly language: string },
  signal: AbortSignal,
): Promise<LiveEngines> {
  const { engine, device } = plainTranscription;
  const voice = await parts.library.choose("voice-activity", null);
  await parts.library.ensureUnchanged(voice, signal);
  const { model, language } = await chooseSpeechModel(parts, asked, signal);
  const { threads } = await parts.speechFacts(engine, model, device);
  throwIfCancelled(signal);
  const speech = await audited(parts.audit, modelLoadEntry(model, { engine, device, purpose: "use" }), () =>
    SpeechProcess.open({ ...parts, engine, model, device, threads }),
  );
  const audio = new AudioEngine({ ...parts, ffmpegPath: null, voiceModelPath: voice.path, pcmPath: path });
  // The engines want to know of a file how long it is; of this one nobody does.
  const growing = { pcmPath: path, durationMs: 0 };
  return {
    language,
    findSpeech: (part, partSignal) => audio.findSpeech(growing, partSignal, () => {}, part),
    energy: (span, frameSamples) => audio.energy(growing, span, frameSamples),
    transcribe: (window, inLanguage, windowSignal) =>
      speech.transcribe({ audio: growing, window, language: inLanguage, prompt: "" }, windowSignal),
    async dispose() {
      await Promise.all([audio.dispose(), speech.dispose()]);
    },
  };
}
