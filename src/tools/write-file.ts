import { constants } from "node:fs";
import { type FileHandle, lstat, open, readlink } from "node:fs/promises";
import { join } from "node:path";
import { IndoorsError } from "../shared/errors.ts";
import { defineTool } from "./definition.ts";
import { isInside, openInGrant, resolveInGrants, unreadable } from "./grant-path.ts";
import { neutraliseLine } from "./neutralise.ts";
import { protectedReason } from "./staging/protected-paths.ts";
import { binaryKind, decode } from "./text-file.ts";

const longestExisting = 5_000_000;
/** A link in the last place is never followed, and what is there is never opened by mistake. */
const toCreate = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
const toReplace = constants.O_WRONLY | (constants.O_NOFOLLOW ?? 0) | (constants.O_NONBLOCK ?? 0);

/** Writes a text file in a granted folder; in the sandbox that is a layer above it, and a person sees the diff. */
export const writeFile = defineTool({
  spec: {
    name: "write_file",
    description: "Saves text to a file.",
    arguments: {
      folder: { kind: "path", of: "folder", description: "The folder of the file." },
      name: { kind: "text", maxLength: 200, description: "The name of the file, such as notes.txt." },
      content: { kind: "text", maxLength: 100_000, description: "The text to write." },
      mode: {
        kind: "choice",
        values: ["create", "replace", "append"],
        description: "Leave it out to create a new file.",
        optional: true,
      },
    },
    needs: ["grants"],
    effect: "write",
  },
  limits: { wallMs: 10_000, heapMb: 256, outputCharacters: 100_000 },
  async run({ folder, name, content, mode = "create" }, { grants }) {
    const found = await resolveInGrants(grants, folder, "folder");
    const shown = `${neutraliseLine(found.shown)}/${neutraliseLine(name)}`;
    const notWritten = (reason: string) => new IndoorsError("tool.denied", `'${shown}' was not written. ${reason}`);
    if (found.grant.mode !== "rw") {
      throw notWritten(
        `The folder '${neutraliseLine(found.grant.name)}' was granted read-only: ask for it to be granted with :rw.`,
      );
    }
    if (name === "." || name === ".." || name.includes("/")) {
      throw new IndoorsError("input.invalid", `'${shown}' was not written. name is one file name, without a folder.`);
    }
    const refused = protectedReason(found.path, name);
    if (refused !== null) throw notWritten(`Tools never change it: ${refused}. Choose another name.`);
    const path = join(found.path, name);
    const there = await lstat(path).catch(() => undefined);
    if (there !== undefined && mode === "create") {
      throw new IndoorsError(
        "input.invalid",
        `'${shown}' is there already. Choose another name, or the mode replace or append.`,
      );
    }
    const before = there === undefined ? "" : await textOf(found.root, path, shown);
    const text =
      mode === "append" ? `${before}${before === "" || before.endsWith("\n") ? "" : "\n"}${content}` : content;
    const bytes = Buffer.from(text, "utf8");
    const flags = there === undefined ? toCreate : toReplace;
    await using file = await open(path, flags, 0o666).catch((error: unknown) => {
      throw notWritten(unreadable(shown, error).message.replace(/^.*? cannot be read\. /, ""));
    });
    await checkOpened(file, found.root, notWritten);
    await file.truncate(0);
    await file.writeFile(bytes);
    const done = { create: "created", replace: "replaced", append: "added to" }[there === undefined ? "create" : mode];
    const data = { file: `${found.shown}/${name}`, bytes: bytes.length };
    return { ok: true, text: `${shown} was ${done}: ${count(text)}, ${bytes.length} bytes.`, data, truncated: false };
  },
});

/** The text that is there. What is not UTF-8 text is not written over: its bytes would change all through. */
async function textOf(root: string, path: string, shown: string): Promise<string> {
  await using file = await openInGrant(root, path, shown);
  const { size } = await file.stat();
  const refused = (what: string) =>
    new IndoorsError("file.unreadable", `'${shown}' was not written. It is ${what}; choose another name.`);
  if (size > longestExisting) throw refused("too large to be written by this tool");
  const bytes = await file.readFile();
  const kind = binaryKind(bytes.subarray(0, 8192), path);
  if (kind !== undefined) throw refused(kind);
  const { text, encoding } = decode(bytes);
  if (encoding !== "UTF-8") throw refused(`text in ${encoding}, and this tool writes UTF-8`);
  return text;
}

/** The folder may have been swapped for a link on the way here. */
async function checkOpened(file: FileHandle, root: string, refused: (reason: string) => IndoorsError): Promise<void> {
  if (!(await file.stat()).isFile()) throw refused("It is not an ordinary file.");
  if (process.platform === "linux" && !isInside(root, await readlink(`/proc/self/fd/${file.fd}`))) {
    throw refused("It lies behind a link out of the granted folder.");
  }
}

function count(text: string): string {
  const lines = text.split("\n").length - (text.endsWith("\n") ? 1 : 0);
  return `${lines} ${lines === 1 ? "line" : "lines"}`;
}
