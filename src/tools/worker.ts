import { loadAllTools, loadTool } from "./load-tool.ts";
import { serveOneCall } from "./serve-call.ts";

/**
 * The entry of a worker. `cold` serves its call at once and loads that one tool, `warm` loads them all while it waits,
 * `compile` only loads them, so that Node stores the compiled code.
 */
const way = process.argv[2];
// Tools have no environment; where the compiled code lies is only for Node's own start.
delete process.env["NODE_COMPILE_CACHE"];
if (way === "compile") {
  await loadAllTools();
} else {
  await serveOneCall(loadTool, way === "warm" ? loadAllTools : undefined);
}
