import { readFileSync } from "node:fs";
import { IndoorsError } from "../shared/errors.ts";
import type { KioskConfig } from "../shared/kiosk.ts";
import { readKioskConfig } from "../shared/read-kiosk-config.ts";

/** Longer is no kiosk.json. */
const mostCharacters = 100_000;

/**
 * Reads the first of these files that is there. Once, before there is a window, so it may wait for the disk.
 * @throws IndoorsError `input.invalid` when there is none or the one that is there is wrong: then no kiosk is started
 */
export function loadKioskConfig(files: readonly string[]): KioskConfig {
  for (const file of files) {
    let text;
    try {
      text = readFileSync(file, "utf8");
    } catch (thrown) {
      const { code } = thrown as NodeJS.ErrnoException;
      if (code === "ENOENT" || code === "ENOTDIR") continue;
      // One that is there and cannot be read is not passed over: the next one may be somebody else's.
      throw new IndoorsError(
        "input.invalid",
        `The kiosk cannot start: ${file}. It cannot be read (${code ?? "unknown"}). Let the kiosk's user read it.`,
      );
    }
    return readKioskConfig(text.slice(0, mostCharacters), file);
  }
  throw new IndoorsError(
    "input.invalid",
    `The kiosk cannot start: ${files[0] ?? "kiosk.json"}. There is no such file. Write it after resources/kiosk/kiosk.example.json and try it with: indoors kiosk check`,
  );
}
