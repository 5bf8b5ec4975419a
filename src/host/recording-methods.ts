import { constants } from "node:fs";
import { access, realpath, rm, stat } from "node:fs/promises";
import { basename, dirname } from "node:path";
import type { Implementation } from "../shared/contract.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { hostContract } from "../shared/host-contract.ts";
import type { Store } from "../store/open-store.ts";
import { deleteRecording, getRecording, type Recording, renameRecording } from "../store/recordings.ts";
import { searchSegments } from "../store/search.ts";
import type { AuditLog } from "./audit-log.ts";
import { person } from "./audit.ts";
import { audited } from "./audited.ts";
import type { JobQueue } from "./job-queue.ts";
import { exportTranscript, recordingViews, transcriptView } from "./transcript-views.ts";
import { jobsOfRecording } from "./transcriptions.ts";

export interface RecordingParts {
  readonly store: Store;
  readonly audit: AuditLog;
  readonly queue: JobQueue;
  /** Where the recordings lie that were made here. */
  readonly recordingsFolder: string;
  readonly onRecordings: () => void;
}

type RecordingMethod = Extract<keyof typeof hostContract.methods, `recordings.${string}` | `transcripts.${string}`>;

/** The part of the host's contract that is about recordings and what was heard in them. */
export function recordingMethods(parts: RecordingParts): Pick<Implementation<typeof hostContract>, RecordingMethod> {
  const { store, audit, onRecordings } = parts;
  return {
    "recordings.list": () => ({ recordings: recordingViews(store) }),
    "recordings.rename": ({ id, name }) => {
      const words = name.trim();
      if (words === "") throw new IndoorsError("input.invalid", "Renaming failed. The name is empty. Write one.");
      renameRecording(store.writer, id, words);
      onRecordings();
      return {};
    },
    "recordings.remove": async ({ id }) => ({ deletedFile: await removeRecording(parts, id) }),
    "transcripts.get": ({ id }) => transcriptView(store, id),
    "transcripts.export": async ({ id, format }) => {
      const text = exportTranscript(store, id, format);
      const what = { subject: id, facts: { kind: "transcript", format }, content: {} };
      await audit.event({ action: "export", actor: person(), runId: null, ...what });
      return { text };
    },
    "transcripts.search": ({ query, limit }) => ({ hits: searchSegments(store.reader, { query, limit }) }),
  };
}

/**
 * Forgets a recording: stops and forgets the work on it, deletes its file if it was made here, and last its row with
 * the transcripts. So whatever stops it in between, it is still in the list and can be removed again.
 * @returns whether a file was deleted
 * @throws IndoorsError `not-found`; `file.unreadable` when the file cannot be deleted, `audit.unwritable`: it stays then.
 */
async function removeRecording({ store, audit, queue, recordingsFolder, onRecordings }: RecordingParts, id: string) {
  const recording = getRecording(store.reader, id);
  const { source, bytes, path, sha256 } = recording;
  const row = { action: "recording.remove", actor: person(), runId: null, subject: "recording" } as const;
  return await audited(
    audit,
    { ...row, facts: { source, bytes }, content: { path, sha256 } },
    async () => {
      for (const job of jobsOfRecording(store, id)) {
        if (job.status === "queued" || job.status === "running" || job.status === "paused") await queue.cancel(job.id);
        await queue.forget(job.id);
      }
      const deletedFile = source === "microphone" && (await deleteOwnFile(path, recordingsFolder));
      deleteRecording(store.writer, id);
      onRecordings();
      return deletedFile;
    },
    (deletedFile) => ({ deletedFile }),
  );
}

/** Deletes a file that lies in the folder of our own recordings. False when it lies elsewhere or nowhere. */
async function deleteOwnFile(path: string, folder: string): Promise<boolean> {
  const places = await Promise.all([realpath(dirname(path)), realpath(folder)]).catch(() => null);
  if (places === null || places[0] !== places[1]) return false;
  try {
    await rm(path);
    return true;
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") return false;
    throw new IndoorsError(
      "file.unreadable",
      `Removing the recording failed: ${basename(path)}. Its file cannot be deleted: ${messageOf(thrown)}. Allow writing in ${folder}, then remove it again.`,
    );
  }
}

/**
 * Where a recording lies, when it can be read.
 * @throws IndoorsError `not-found`, `file.unreadable`
 */
export async function playablePath(store: Store, id: string): Promise<string> {
  const { name, path }: Recording = getRecording(store.reader, id);
  const refused = (why: string) => new IndoorsError("file.unreadable", `Playing failed: ${name}. ${why}`);
  const found = await stat(path).catch(() => null);
  if (found === null)
    throw refused(`There is no file any more at ${path}. Put it back there, or remove the recording.`);
  if (!found.isFile()) throw refused(`What lies at ${path} is not a file. Put the recording back there.`);
  await access(path, constants.R_OK).catch(() => {
    throw refused(`You may not read ${path}. Ask its owner.`);
  });
  return path;
}
