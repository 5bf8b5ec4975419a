import { randomBytes, scrypt } from "node:crypto";
import { readFile, stat } from "node:fs/promises";
import { resolve } from "node:path";
import { IndoorsError } from "../shared/errors.ts";
import type { KioskConfig } from "../shared/kiosk.ts";
import { formatPinLine, longestPin, pinCosts, pinHashBytes, pinSaltBytes, shortestPin } from "../shared/kiosk-pin.ts";
import { kioskFiles, readKioskConfig } from "../shared/read-kiosk-config.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { readSecret } from "./read-secret.ts";

/** `indoors kiosk`: for who sets up a machine that strangers use. Needs neither host nor data folder. */
export const kiosk: Command = {
  summary: "make the PIN of a kiosk, and check its kiosk.json",
  usage:
    "kiosk pin                    ask for a PIN twice and print the line for kiosk.json\n" +
    "kiosk check [FILE] [--json]  check a kiosk.json, by default the one that would count here",
  options: {},
  async run(context) {
    const [action, file, ...rest] = context.positionals;
    if (action === "pin" && file === undefined) return await pin(context);
    if (action === "check" && rest.length === 0) return await check(file, context);
    throw new UsageError("Write `kiosk pin` or `kiosk check [FILE]`.");
  },
};

async function pin({ terminal, signal }: CommandContext): Promise<number> {
  const typed = await readSecret("The new PIN: ", signal);
  const length = [...typed].length;
  if (length < shortestPin || length > longestPin) {
    throw new IndoorsError("input.invalid", `A PIN has ${shortestPin} to ${longestPin} digits or letters.`);
  }
  if ((await readSecret("Once more: ", signal)) !== typed) {
    throw new IndoorsError("input.invalid", "The two are not the same. Nothing was made.");
  }
  const line = await pinLine(typed);
  terminal.print(line);
  terminal.document({ pin: line });
  return exitCodes.ok;
}

/** What kiosk.json keeps of a PIN. */
export async function pinLine(typed: string): Promise<string> {
  const salt = randomBytes(pinSaltBytes);
  const maxmem = 256 * pinCosts.N * pinCosts.r;
  const hash = await new Promise<Buffer>((done, failed) => {
    scrypt(typed.normalize("NFKC"), salt, pinHashBytes, { ...pinCosts, maxmem }, (error, key) => {
      if (error === null) done(key);
      else failed(error);
    });
  });
  return formatPinLine({ ...pinCosts, salt: salt.toString("base64"), hash: hash.toString("base64") });
}

async function check(named: string | undefined, context: CommandContext): Promise<number> {
  const { terminal } = context;
  const files = named === undefined ? kioskFiles(context.dataFolder, process.env, process.platform) : [resolve(named)];
  const { file, text } = await readFirst(files);
  const config = readKioskConfig(text, file);
  const warnings = [...(await warningsOfFile(file)), ...(await warningsOf(config))];
  terminal.print(`${file} can be used.`);
  terminal.print(`  Views: ${config.views.join(", ")}. The first is shown after the start screen.`);
  terminal.print(
    `  Cleared ${config.idleSeconds} s after the last touch, after a countdown of ${config.countdownSeconds} s.`,
  );
  terminal.print(`  Exports: ${config.exportFolder === null ? "none" : `to ${config.exportFolder}, when confirmed`}.`);
  for (const warning of warnings) terminal.print(`Look at this: ${warning}`);
  const { pin: _pin, ...shown } = config;
  terminal.document({ file, config: shown, warnings });
  return exitCodes.ok;
}

async function readFirst(files: readonly string[]): Promise<{ file: string; text: string }> {
  for (const file of files) {
    try {
      return { file, text: await readFile(file, "utf8") };
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") continue;
      throw new IndoorsError(
        "file.unreadable",
        `${file} cannot be read (${code ?? "unknown"}). Run this as its owner.`,
      );
    }
  }
  throw new IndoorsError(
    "not-found",
    `There is no kiosk.json: ${files.join(", ")}. Write one after resources/kiosk/kiosk.example.json.`,
  );
}

/** A file that the kiosk's user can write is one that a stranger may come to write. */
async function warningsOfFile(file: string): Promise<string[]> {
  if (process.platform === "win32") return [];
  const { mode } = await stat(file);
  return [
    ...((mode & 0o022) === 0 ? [] : ["others may write this file: chmod 0640 it."]),
    ...((mode & 0o004) === 0 ? [] : ["everybody may read the hash of the PIN: chown it root:indoors, chmod 0640."]),
  ];
}

async function warningsOf({ views, exportFolder }: KioskConfig): Promise<string[]> {
  const warnings: string[] = [];
  const forAdmins = views.filter((view) => ["agents", "audit", "models", "settings"].includes(view));
  if (forAdmins.length > 0) warnings.push(`strangers will see ${forAdmins.join(", ")}, which are for administrators.`);
  const stored = views.filter((view) => ["chat", "recordings"].includes(view));
  if (stored.length > 0) {
    warnings.push(`what people leave in ${stored.join(" and ")} is stored, and the next person can open it.`);
  }
  if (exportFolder !== null && !(await stat(exportFolder).catch(() => null))?.isDirectory()) {
    warnings.push(`the folder for exports is not there now: ${exportFolder}.`);
  }
  return warnings;
}
