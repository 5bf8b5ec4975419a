import type { OpenDialogOptions } from "electron";
import type { z } from "zod";
import type { filePurpose } from "../shared/shell-contract.ts";
import { recordingEndings } from "./find-recordings.ts";

/** What a dialog that opens files looks like. It has the system's own words, in the system's language. */
export function openDialogOptions(purpose: z.infer<typeof filePurpose>, multiple: boolean): OpenDialogOptions {
  const properties: OpenDialogOptions["properties"] = [purpose === "folder" ? "openDirectory" : "openFile"];
  if (multiple) properties.push("multiSelections");
  if (purpose === "recordings") return { properties, filters: [filter(recordingEndings)] };
  if (purpose === "bundle") return { properties, filters: [filter(["mcpb"])] };
  if (purpose === "model") return { properties, filters: [filter(["gguf", "bin"])] };
  return { properties };
}

/** The endings are their own name: they are the same in every language. */
function filter(extensions: readonly string[]) {
  return { name: extensions.map((ending) => `*.${ending}`).join(" "), extensions: [...extensions] };
}

const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** A suggested name as a file can have it on every system: one name, no path, nothing hidden, not too long. */
export function fileNameFrom(suggested: string): string {
  const ending = /\.[A-Za-z0-9]{1,8}$/.exec(suggested)?.[0] ?? "";
  const stem = suggested
    .slice(0, suggested.length - ending.length)
    .replaceAll(/[\p{Cc}\p{Cf}<>:"/\\|?*]+/gu, " ")
    .replaceAll(/\s+/g, " ")
    .replaceAll(/^[. ]+|[. ]+$/g, "")
    .slice(0, 120)
    .trim();
  const name = `${stem === "" ? "Indoors" : stem}${ending}`;
  return reserved.test(name) ? `_${name}` : name;
}
