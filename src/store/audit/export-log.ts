import { open, rename, rm } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { AuditExportFormat, AuditRow } from "../../shared/audit-contract.ts";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { showHidden } from "../../shared/show-hidden.ts";
import { LogReader, shownRow } from "./read-log.ts";

interface Format {
  readonly head: string;
  readonly row: (row: AuditRow) => string;
  readonly foot: string;
}

/** Characters that are kept before they are written to the file together. */
const chunk = 64 * 1024;

/**
 * Writes the whole log to a file of its own: under another name first, so that what is there is whole.
 * @returns how many rows
 * @throws IndoorsError `input.invalid` inside the audit folder, `file.unreadable`, `cancelled`
 */
export async function exportLog(
  log: string,
  format: AuditExportFormat,
  file: string,
  signal?: AbortSignal,
): Promise<number> {
  const out = resolve(file);
  if (dirname(out) === dirname(resolve(log))) {
    throw new IndoorsError("input.invalid", `Nothing is exported into the log's own folder: ${out}. Choose another.`);
  }
  const { head, row: write, foot } = formats[format];
  const part = `${out}.part`;
  try {
    using reader = new LogReader(log);
    await using opened = await open(part, "w", 0o600);
    let text = head;
    let rows = 0;
    for await (const row of reader.rows(signal)) {
      text += write(shownRow(row));
      rows++;
      if (text.length < chunk) continue;
      await opened.appendFile(text);
      text = "";
    }
    await opened.appendFile(text + foot);
    await opened.sync();
    await rename(part, out);
    return rows;
  } catch (thrown) {
    await rm(part, { force: true }).catch(() => {});
    if (signal?.aborted) throw new IndoorsError("cancelled");
    if (thrown instanceof IndoorsError) throw thrown;
    throw new IndoorsError("file.unreadable", `The export was not written: ${out}. ${messageOf(thrown)}.`);
  }
}

const columns = [
  ...["seq", "time", "actor", "action", "phase", "subject", "facts", "content hashes", "run", "id", "ref"],
  ...["session", "boot", "mono", "digest"],
];

function cells(row: AuditRow): string[] {
  const pairs = (of: AuditRow["facts"]) => Object.entries(of).map(([name, value]) => `${name}=${String(value)}`);
  return [
    ...[String(row.seq), row.time, `${row.actor.kind} ${row.actor.name}`, row.action, row.phase, row.subject],
    ...[pairs(row.facts).join("; "), pairs(row.content).join("; "), row.runId ?? "", row.id, row.ref ?? ""],
    ...[row.session, row.boot, String(row.mono), row.digest],
  ].map(showHidden);
}

/** RFC 4180. A cell that a spreadsheet would compute gets an apostrophe: somebody else may have chosen its text. */
function csvLine(values: readonly string[]): string {
  const cell = (value: string) => `"${(/^[=+\-@\t\r|%]/.test(value) ? `'${value}` : value).replaceAll('"', '""')}"`;
  return `${values.map(cell).join(",")}\r\n`;
}

function escapeHtml(text: string): string {
  const entities: Readonly<Record<string, string>> = {
    "&": "&amp;",
    "<": "&lt;",
    ">": "&gt;",
    '"': "&quot;",
    "'": "&#39;",
  };
  return text.replaceAll(/[&<>"']/g, (one) => entities[one] ?? one);
}

const formats: Readonly<Record<AuditExportFormat, Format>> = {
  csv: { head: csvLine(columns), row: (row) => csvLine(cells(row)), foot: "" },
  ndjson: { head: "", row: (row) => `${JSON.stringify(row)}\n`, foot: "" },
  html: {
    head: `<!doctype html>
<html lang="en">
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="default-src 'none'; style-src 'unsafe-inline'">
<title>Indoors audit log</title>
<style>
body { font: 14px/1.4 system-ui, sans-serif; margin: 2rem }
table { border-collapse: collapse }
th, td { border: 1px solid #ccc; padding: 0.2rem 0.5rem; text-align: left; vertical-align: top; overflow-wrap: anywhere }
th { position: sticky; top: 0; background: #fff }
</style>
<h1>Indoors audit log</h1>
<table>
<thead><tr>${columns.map((name) => `<th scope="col">${name}</th>`).join("")}</tr></thead>
<tbody>
`,
    row: (row) =>
      `<tr>${cells(row)
        .map((cell) => `<td>${escapeHtml(cell)}</td>`)
        .join("")}</tr>\n`,
    foot: "</tbody>\n</table>\n</html>\n",
  },
};
