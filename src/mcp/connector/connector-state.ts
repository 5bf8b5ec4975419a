import { randomUUID } from "node:crypto";
import { chmod, mkdir, open, readFile, rename, unlink } from "node:fs/promises";
import { dirname, join } from "node:path";
import { z } from "zod";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { serverName } from "../../shared/mcp.ts";
import { certificateFingerprint } from "../../shared/perimeter.ts";
import { type Identity, identityOf } from "../gateway/certificate.ts";

const stateFile = z.strictObject({
  version: z.literal(1),
  /** What the appliance calls this machine. */
  name: serverName,
  address: z.string(),
  port: z.int().min(1).max(65_535),
  /** The whole fingerprint of the appliance's certificate. */
  appliance: certificateFingerprint,
  enrolledAt: z.string(),
  /** PEM: this machine's key and certificate. */
  identity: z.string(),
});

export type ConnectorState = Omit<z.infer<typeof stateFile>, "version" | "identity"> & { readonly identity: Identity };

const fileIn = (folder: string) => join(folder, "connector.json");

/** What enrolment left. @throws IndoorsError `not-found` when there was none, `file.unreadable` */
export async function readState(folder: string): Promise<ConnectorState> {
  const file = fileIn(folder);
  try {
    const { version: _version, identity, ...rest } = stateFile.parse(JSON.parse(await readFile(file, "utf8")));
    return { ...rest, identity: identityOf(identity) };
  } catch (thrown) {
    if ((thrown as NodeJS.ErrnoException).code === "ENOENT") {
      throw new IndoorsError(
        "not-found",
        `This machine is not enrolled: ${file} is not there. Make a code on the appliance ` +
          "(`indoors connectors enrol NAME`) and write `indoors connector enrol CODE` here.",
      );
    }
    const why = thrown instanceof z.ZodError ? "it is not what enrolment writes" : messageOf(thrown);
    throw new IndoorsError("file.unreadable", `${file} cannot be used (${why}). Enrol this machine anew.`);
  }
}

/** Replaces what is kept: whole and on disk, for its owner alone. */
export async function writeState(folder: string, state: ConnectorState): Promise<void> {
  await mkdir(folder, { recursive: true, mode: 0o700 });
  await chmod(folder, 0o700);
  const { key, certificate } = state.identity;
  const whole = join(folder, `connector.${randomUUID()}.new`);
  try {
    await using opened = await open(whole, "wx", 0o600);
    await opened.writeFile(`${JSON.stringify({ version: 1, ...state, identity: key + certificate }, null, 2)}\n`);
    await opened.sync();
    await rename(whole, fileIn(folder));
  } catch (thrown) {
    await unlink(whole).catch(() => {});
    throw thrown;
  }
  await using parent = await open(dirname(fileIn(folder)), "r");
  await parent.sync().catch(() => {});
}

/** The folder when none is named: what systemd gives a service, or the user's own. */
export function defaultStateFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
  home: string,
): string {
  if (env["STATE_DIRECTORY"]) return env["STATE_DIRECTORY"];
  if (platform === "win32") return join(env["LOCALAPPDATA"] || join(home, "AppData", "Local"), "Indoors connector");
  if (platform === "darwin") return join(home, "Library", "Application Support", "Indoors connector");
  return join(env["XDG_STATE_HOME"] || join(home, ".local", "state"), "indoors-connector");
}
