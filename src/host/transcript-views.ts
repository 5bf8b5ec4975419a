import type { RecordingView, TranscriptView } from "../shared/host-contract.ts";
import type { ExportFormat } from "../shared/speech.ts";
import { formatTranscript } from "../speech/formats.ts";
import type { Store } from "../store/open-store.ts";
import { getRecording, listRecordings } from "../store/recordings.ts";
import { getTranscript, listSegments, listTranscripts } from "../store/transcripts.ts";

/** The library as a list, the newest recording first and of each the newest transcript. */
export function recordingViews({ reader }: Store): RecordingView[] {
  const transcripts = Map.groupBy(listTranscripts(reader, null), ({ recordingId }) => recordingId);
  return listRecordings(reader).map(({ id, name, path, bytes, durationMs, addedAt, source }) => ({
    id,
    name,
    path,
    bytes,
    durationMs,
    addedAt,
    source,
    transcripts: (transcripts.get(id) ?? []).map((transcript) => ({
      id: transcript.id,
      status: transcript.status,
      language: transcript.language,
      origin: transcript.origin,
    })),
  }));
}

/** A transcript with its segments. @throws IndoorsError `not-found` */
export function transcriptView({ reader }: Store, id: string): TranscriptView {
  const { recordingId, language, status, origin } = getTranscript(reader, id);
  const { name, durationMs } = getRecording(reader, recordingId);
  return {
    id,
    recordingId,
    recordingName: name,
    durationMs,
    language,
    status,
    origin,
    segments: listSegments(reader, id),
  };
}

/** A transcript as a file's text. @throws IndoorsError `not-found` */
export function exportTranscript(store: Store, id: string, format: ExportFormat): string {
  const view = transcriptView(store, id);
  return formatTranscript({ ...view, name: view.recordingName, durationMs: view.durationMs ?? 0 }, format);
}
