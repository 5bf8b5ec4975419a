import { auditAction } from "../shared/audit.ts";
import { auditExportFormat, type AuditReport, type AuditRow } from "../shared/audit-contract.ts";
import { showHidden } from "../shared/show-hidden.ts";
import { type Command, type CommandContext, oneOf, UsageError } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";

/** `indoors audit`: what crossed the line, and whether somebody changed the record of it. */
export const audit: Command = {
  summary: "show, check, export and anchor the audit log",
  usage:
    "audit list [--action ACTION] [--run ID] [--since DATE] [--limit N]\n" +
    "audit verify [--anchor FILE] [--public-key FILE]      exit code 3 when the log was changed\n" +
    "audit export --format csv|ndjson|html --out FILE\n" +
    "audit anchor [--to FILE] [--text]                     sign where the log is now\n" +
    "audit anchors --file FILE | --off                     sign it there every 100 rows, every 15 minutes, at the end\n" +
    "audit erase ROW…                                      make the content hashes of rows meaningless",
  options: {
    action: { type: "string" },
    run: { type: "string" },
    since: { type: "string" },
    limit: { type: "string" },
    anchor: { type: "string" },
    "public-key": { type: "string" },
    format: { type: "string" },
    out: { type: "string" },
    to: { type: "string" },
    text: { type: "boolean" },
    file: { type: "string" },
    off: { type: "boolean" },
  },
  async run(context) {
    const [action] = context.positionals;
    switch (action) {
      case "list":
        return await list(context);
      case "verify":
        return await verify(context);
      case "export":
        return await exportAll(context);
      case "anchor":
        return await anchor(context);
      case "anchors":
        return await setAnchors(context);
      case "erase":
        return await erase(context);
      default:
        throw new UsageError(action === undefined ? "Say what to do." : `'audit ${action}' is not a command.`);
    }
  },
};

async function list(context: CommandContext): Promise<number> {
  const written = context.text("action");
  const action = written === undefined ? null : oneOf("action", written, auditAction.options, "tool.call");
  const limit = Number(context.text("limit") ?? 50);
  if (!Number.isInteger(limit) || limit < 1 || limit > 10_000) throw new UsageError("--limit is from 1 to 10000.");
  const query = { action, runId: context.text("run") ?? null, since: readSince(context.text("since")), limit };
  const { rows } = await (await context.host()).call("audit.list", query, context);
  for (const row of rows) context.terminal.print(describe(row));
  context.terminal.document({ rows });
  return exitCodes.ok;
}

async function verify(context: CommandContext): Promise<number> {
  const against = { anchorFile: context.text("anchor") ?? null, publicKeyFile: context.text("public-key") ?? null };
  const report = await (await context.host()).call("audit.verify", against, context);
  printReport(report, context);
  context.terminal.document(report);
  return report.intact ? exitCodes.ok : exitCodes.input;
}

async function exportAll(context: CommandContext): Promise<number> {
  const file = context.text("out");
  const written = context.text("format");
  if (file === undefined || written === undefined) throw new UsageError("Name --format and --out.");
  const format = oneOf("format", written, auditExportFormat.options, "csv");
  const { rows } = await (await context.host()).call("audit.export", { file, format }, context);
  context.terminal.print(`${rows} rows written to ${file}.`);
  context.terminal.document({ rows, file, format });
  return exitCodes.ok;
}

async function anchor(context: CommandContext): Promise<number> {
  const made = await (await context.host()).call("audit.anchor", { file: context.text("to") ?? null }, context);
  context.terminal.print(context.flag("text") ? made.text.trimEnd() : JSON.stringify(made.anchor));
  if (made.writtenTo !== null) context.terminal.say(`Added to ${made.writtenTo}.`);
  context.terminal.document(made);
  return exitCodes.ok;
}

async function setAnchors(context: CommandContext): Promise<number> {
  const file = context.text("file") ?? null;
  if ((file === null) !== context.flag("off")) throw new UsageError("Name --file FILE, or --off.");
  await (await context.host()).call("audit.setAnchorFile", { file }, context);
  context.terminal.print(
    file === null
      ? "No anchors are written from now on. Nobody can tell then if the end of the log is cut off."
      : `Anchors are added to ${file} every 100 rows, every 15 minutes and at the end. Keep it where this machine cannot change what is there.`,
  );
  context.terminal.document({ file });
  return exitCodes.ok;
}

async function erase(context: CommandContext): Promise<number> {
  const rows = context.positionals.slice(1).map(Number);
  if (rows.length === 0 || rows.some((row) => !Number.isInteger(row))) {
    throw new UsageError("Name the rows by their numbers; `audit list` shows them.");
  }
  const { erased } = await (await context.host()).call("audit.eraseContent", { rows }, context);
  context.terminal.print(`${erased} of ${rows.length} rows had content hashes; they say nothing any more.`);
  context.terminal.document({ erased });
  return exitCodes.ok;
}

/** A day is its beginning on this machine's calendar. */
function readSince(written: string | undefined): string | null {
  if (written === undefined) return null;
  const at = new Date(/^\d{4}-\d\d-\d\d$/.test(written) ? `${written}T00:00` : written);
  if (Number.isNaN(at.getTime())) throw new UsageError(`--since is a date like 2026-11-23; '${written}' is not.`);
  return at.toISOString();
}

/** A row on one line. Somebody else may have chosen the words in it. */
function describe(row: AuditRow): string {
  const facts = Object.entries(row.facts).map(([name, value]) => `${name}=${String(value)}`);
  const words = [row.time, row.actor.name, row.action, row.phase, row.subject, facts.join(" ")].map(showHidden);
  const [time = "", actor = "", action = "", phase = "", subject = "", rest = ""] = words;
  return `${String(row.seq).padStart(6)}  ${time}  ${actor.padEnd(10)} ${action.padEnd(16)} ${phase.padEnd(8)} ${subject}  ${rest}`.trimEnd();
}

function printReport(report: AuditReport, { terminal }: CommandContext): void {
  const more = (shown: number, of: number) => (of > shown ? [`… and ${of - shown} more`] : []);
  for (const { detail } of report.findings) terminal.print(`✗ ${showHidden(detail)}`);
  for (const line of more(report.findings.length, report.findingCount)) terminal.print(line);
  for (const { detail } of report.warnings) terminal.print(`! ${showHidden(detail)}`);
  for (const line of more(report.warnings.length, report.warningCount)) terminal.print(line);
  terminal.print(`Log ${report.logId ?? "unknown"}, ${report.rows} rows, ${report.firstTime} to ${report.lastTime}.`);
  const anchored =
    report.anchoredTo === null ? "no anchor" : `${report.anchors} anchors, up to row ${report.anchoredTo}`;
  terminal.print(
    `Checked: chain${report.macChecked ? ", key" : ""}, ${anchored}. Content erased in ${report.erased} rows.`,
  );
  terminal.print(
    report.intact
      ? "The audit log is intact as far as this can be told."
      : "The audit log was changed by somebody other than Indoors. Keep the file and the anchors as they are, and ask who had access.",
  );
}
