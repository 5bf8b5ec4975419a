/** The process that lock-data-folder.test.ts kills: takes the folder in argv[2] and holds it, or says why it cannot. */
import { writeSync } from "node:fs";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { lockDataFolder } from "../lock-data-folder.ts";

try {
  lockDataFolder(process.argv[2] ?? "");
  writeSync(1, "held\n");
  setInterval(() => {}, 60_000);
} catch (thrown) {
  writeSync(1, `${thrown instanceof IndoorsError ? thrown.code : "bug"} ${messageOf(thrown)}\n`);
}
