// `npm run smoke [-- FOLDER]`: starts the packaged desktop of release/ and has it transcribe its sample.
import { join } from "node:path";
import { entry } from "./entry.mjs";
import { runAttached } from "./hand-over.mjs";
import { here } from "./house.mjs";
import { runtimePath } from "./runtime.mjs";
import { SetupError } from "./setup-error.mjs";

await entry(async (args) => {
  const runtime = runtimePath(here);
  if (runtime === undefined) throw new SetupError("The package cannot be started: there is no runtime.");
  const script = join(here.source, "verify", "packaged", "smoke.ts");
  const { code } = await runAttached(runtime, [script, ...args], { cwd: here.root });
  return code ?? 1;
});
