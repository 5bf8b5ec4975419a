import { IndoorsError } from "./errors.ts";
import { type KioskConfig, kioskConfig } from "./kiosk.ts";
import { parsePinLine } from "./kiosk-pin.ts";
import { showHidden } from "./show-hidden.ts";

/**
 * The files that may make a machine a kiosk, the one that counts first: the administrator's, which the kiosk's user
 * cannot write, before the one in the data folder. The first that is there is taken, right or wrong.
 */
export function kioskFiles(
  dataFolder: string,
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
): readonly [system: string, own: string] {
  if (platform === "win32") {
    return [`${env["ProgramData"] || "C:\\ProgramData"}\\Indoors\\kiosk.json`, `${dataFolder}\\kiosk.json`];
  }
  const system = platform === "darwin" ? "/Library/Application Support/Indoors/kiosk.json" : "/etc/indoors/kiosk.json";
  return [system, `${dataFolder}/kiosk.json`];
}

/** Reads the text of a kiosk.json. @throws IndoorsError `input.invalid`, with the file, the field and what to do */
export function readKioskConfig(text: string, file: string): KioskConfig {
  const refuse = (why: string) =>
    new IndoorsError(
      "input.invalid",
      `The kiosk cannot start: ${file}. ${why} Correct the file and try it with: indoors kiosk check`,
    );
  let value: unknown;
  try {
    // Editors on Windows begin a file with a mark.
    value = JSON.parse(text.replace(/^\uFEFF/, ""));
  } catch (thrown) {
    throw refuse(`It is not JSON: ${showHidden(thrown instanceof Error ? thrown.message : String(thrown))}.`);
  }
  const parsed = kioskConfig.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    const field = issue?.path.join(".") ?? "";
    if (field === "pin") throw refuse(pinRemedy);
    throw refuse(`${field === "" ? "It" : `\`${field}\``} is wrong: ${showHidden(issue?.message ?? "unknown")}.`);
  }
  const config = parsed.data;
  if (new Set(config.views).size < config.views.length) throw refuse("`views` names a view twice.");
  if (config.exportFolder !== null && !/^(?:\/|[A-Za-z]:[\\/])/.test(config.exportFolder)) {
    throw refuse("`exportFolder` is not a whole path: write it from the root on, or null for no exports.");
  }
  if (parsePinLine(config.pin) === null) throw refuse(pinRemedy);
  return config;
}

const pinRemedy = "`pin` is not a line that `indoors kiosk pin` has made; it is never the PIN itself.";
