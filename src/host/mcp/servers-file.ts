import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { type ServersFile, serversFile } from "../../shared/mcp.ts";
import { fieldOf } from "../field-of.ts";
import { parseJsonText } from "../json-file.ts";

/**
 * `servers.json` of the data folder: what bundles may be here. Without the file: Node only, any publisher.
 * @throws IndoorsError `input.invalid` naming the line or the field
 */
export async function readServersFile(dataFolder: string): Promise<ServersFile> {
  const path = join(dataFolder, "servers.json");
  const text = await readFile(path, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code === "ENOENT") return '{"version":1}';
    throw invalid(path, messageOf(error));
  });
  let value: unknown;
  try {
    value = parseJsonText(text);
  } catch (error) {
    throw invalid(path, messageOf(error));
  }
  const parsed = serversFile.safeParse(value);
  if (parsed.success) return parsed.data;
  const issue = parsed.error.issues[0];
  throw invalid(path, issue === undefined ? "It has another form." : `${fieldOf(issue.path)} ${issue.message}.`);
}

function invalid(path: string, why: string): IndoorsError {
  return new IndoorsError("input.invalid", `${path} cannot be used: ${why} Until then no bundle can be added.`);
}
