import { constants } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { basename } from "node:path";
import { IndoorsError } from "../../shared/errors.ts";
import type { ByteReader } from "./audio-source.ts";

/** A file that is open for reading. The caller closes it. */
export interface OpenFile extends ByteReader {
  close(): Promise<void>;
}

const reasons: Readonly<Record<string, string>> = {
  ENOENT: "It is not there. Check the path.",
  EACCES: "You may not read it. Ask for read access to the file.",
  EPERM: "You may not read it. Ask for read access to the file.",
  ELOOP: "Its links lead in a circle. Give the path of the file itself.",
};

/**
 * Opens an ordinary file for reading.
 * @throws IndoorsError `file.unreadable`, with a sentence, for a missing file, a folder, a pipe or device, or no access.
 */
export async function openFile(path: string, onReached: (position: number) => void = () => {}): Promise<OpenFile> {
  let handle: FileHandle;
  try {
    // Without O_NONBLOCK opening a named pipe waits for a writer for ever.
    handle = await open(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (thrown) {
    throw unreadable(
      path,
      reasons[codeOf(thrown)] ?? `The system reports ${codeOf(thrown)}. Copy the file to a local folder and try again.`,
    );
  }
  try {
    const info = await handle.stat();
    if (info.isDirectory()) throw unreadable(path, "It is a folder. Name the recordings inside it.");
    if (!info.isFile()) throw unreadable(path, "It is not an ordinary file. Copy the recording to a file first.");
    return {
      size: info.size,
      reached: onReached,
      close: () => handle.close(),
      async read(position, length) {
        const buffer = new Uint8Array(length);
        let filled = 0;
        while (filled < length) {
          const { bytesRead } = await handle
            .read(buffer, filled, length - filled, position + filled)
            .catch((thrown) => {
              throw unreadable(
                path,
                `The system reports ${codeOf(thrown)} while reading it. Check the disk or the stick.`,
              );
            });
          if (bytesRead === 0) break;
          filled += bytesRead;
        }
        return buffer.subarray(0, filled);
      },
    };
  } catch (thrown) {
    await handle.close();
    throw thrown;
  }
}

function unreadable(path: string, why: string): IndoorsError {
  return new IndoorsError("file.unreadable", `Reading the recording failed: ${basename(path)}. ${why}`);
}

function codeOf(thrown: unknown): string {
  return thrown instanceof Error && "code" in thrown ? String(thrown.code) : "an error";
}
