import { randomBytes, scryptSync } from "node:crypto";
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { formatPinLine } from "../../shared/kiosk-pin.ts";

/** The PIN of kiosks in tests. */
export const kioskPin = "246810";

/** Writes a `kiosk.json` for two views, an export folder `stick` and a short patience, with these fields changed. */
export function writeKioskFile(dataFolder: string, changes: object = {}): void {
  const salt = randomBytes(16);
  const costs = { N: 16_384, r: 8, p: 1 };
  const hash = scryptSync(kioskPin, salt, 32, costs);
  const line = formatPinLine({ ...costs, salt: salt.toString("base64"), hash: hash.toString("base64") });
  const config = {
    ...{ version: 1, views: ["recordings", "chat"], idleSeconds: 5, countdownSeconds: 3, pin: line },
    ...{ exportFolder: join(dataFolder, "stick"), title: "Welcome" },
    ...changes,
  };
  writeFileSync(join(dataFolder, "kiosk.json"), JSON.stringify(config), { mode: 0o644 });
}
