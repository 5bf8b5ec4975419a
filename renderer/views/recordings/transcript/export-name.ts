import type { ExportFormat } from "../../../../src/shared/speech.ts";

/** The name of an exported transcript: that of its recording, with the ending of the format. */
export function exportName(recordingName: string, format: ExportFormat): string {
  const stem = recordingName
    .replace(/\.[A-Za-z0-9]{2,4}$/, "")
    .replace(/[/\\:*?"<>|\p{Cc}]/gu, "-")
    .trim();
  return `${stem.slice(0, 180) || "transcript"}.${format}`;
}
