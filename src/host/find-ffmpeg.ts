import { accessSync, constants } from "node:fs";
import { delimiter, join } from "node:path";

/** The system's ffmpeg on the PATH, or null. It decodes what has no decoder of ours: m4a, mp4, webm. */
export function findFfmpeg(path: string = process.env["PATH"] ?? ""): string | null {
  const name = process.platform === "win32" ? "ffmpeg.exe" : "ffmpeg";
  for (const folder of path.split(delimiter)) {
    const candidate = join(folder, name);
    try {
      accessSync(candidate, constants.X_OK);
      if (folder !== "") return candidate;
    } catch {
      // Not in this folder.
    }
  }
  return null;
}
