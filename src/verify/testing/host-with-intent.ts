/**
 * The host that audit-command.test.ts kills: opens the data folder in argv[2], writes an intent, says on stdout that it
 * is on disk and which process keeps the log, and never comes to the outcome.
 */
import { writeSync } from "node:fs";
import { openHost } from "../../host/host.ts";

const dataFolder = process.argv[2];
if (dataFolder === undefined) throw new Error("usage: host-with-intent.ts DATA_FOLDER");
const { audit } = await openHost({ dataFolder, resume: "asked" });
const entry = {
  action: "tool.call",
  actor: { kind: "agent", name: "assistant" },
  runId: "run-1",
  subject: "write_file",
  facts: { level: "A" },
  content: { arguments: "{}" },
} as const;
const { id } = await audit.intent(entry);
writeSync(1, `${JSON.stringify({ id, writer: audit.pid })}\n`);
setInterval(() => {}, 1000);
