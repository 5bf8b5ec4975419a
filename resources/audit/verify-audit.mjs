#!/usr/bin/env node
// Checks an Indoors audit log. One file, no dependencies, no code of Indoors: docs/audit-format.md is all it knows.
//   node verify-audit.mjs audit.sqlite [--key audit.key] [--anchor FILE --public-key anchor.pub] [--json]
// Exit code 0: intact as far as it can be told. 1: changed. 2: called wrongly.
// It reads a copy, with what lies in the -wal file beside the log, and never touches the original. Node 22.13 or newer.
import { createHash, createHmac, createPublicKey, createSecretKey, verify } from "node:crypto";
import { copyFileSync, existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";

const usage = "node verify-audit.mjs audit.sqlite [--key audit.key] [--anchor FILE --public-key anchor.pub] [--json]";
const columns = [
  ...["seq", "id", "time", "mono", "boot", "session", "actor_kind", "actor_name", "action", "phase"],
  ...["ref", "run_id", "subject", "facts", "content", "salt_digest"],
];
const triggers = ["origin_no_update", "origin_no_delete", "log_no_update", "log_no_delete", "log_next_row"];
const sha256 = (bytes) => createHash("sha256").update(bytes).digest("hex");

process.exitCode = await main();

async function main() {
  let options;
  let key;
  let publicKey;
  let anchorText;
  try {
    options = parseArgs({
      allowPositionals: true,
      options: {
        key: { type: "string" },
        anchor: { type: "string" },
        "public-key": { type: "string" },
        json: { type: "boolean" },
      },
    });
    const { values, positionals } = options;
    if (positionals.length !== 1 || !existsSync(positionals[0])) throw new Error("Name the log: audit.sqlite.");
    if ((values.anchor === undefined) !== (values["public-key"] === undefined)) {
      throw new Error("--anchor and --public-key belong together.");
    }
    key = values.key && createSecretKey(readFileSync(values.key));
    if (key && key.symmetricKeySize !== 32) throw new Error("The key must have 32 bytes.");
    publicKey = values["public-key"] && createPublicKey(readFileSync(values["public-key"]));
    anchorText = values.anchor && readFileSync(values.anchor, "utf8");
  } catch (error) {
    console.error(`${error.message}\n\n${usage}`);
    return 2;
  }
  const report = await check(options.positionals[0], key, anchorText, publicKey);
  if (options.values.json) console.log(JSON.stringify(report, null, 2));
  else print(report);
  return report.findings.length === 0 ? 0 : 1;
}

async function check(file, key, anchorText, publicKey) {
  const findings = [];
  const warnings = [];
  const found = (kind, seq, detail) => findings.push({ kind, seq, detail });
  const anchors = anchorText === undefined ? [] : readAnchors(anchorText, publicKey, found);
  const report = {
    intact: true,
    logId: null,
    rows: 0,
    head: null,
    macChecked: Boolean(key),
    anchors: anchors.length,
    findings,
    warnings,
  };
  const folder = mkdtempSync(join(tmpdir(), "verify-audit-"));
  let database;
  try {
    const copy = join(folder, "audit.sqlite");
    copyFileSync(file, copy);
    if (existsSync(`${file}-wal`)) copyFileSync(`${file}-wal`, `${copy}-wal`);
    // Here and not above: it prints a warning that it is experimental before anything else can be said.
    const { DatabaseSync } = await import("node:sqlite");
    database = new DatabaseSync(copy);
    database.exec("PRAGMA query_only = ON");
    checkRows(database, { key, anchors, report, found, warnings });
  } catch (error) {
    found("unreadable", null, `The log cannot be read: ${error.message}`);
  } finally {
    database?.close();
    rmSync(folder, { recursive: true, force: true });
  }
  const anchoredTo = Math.max(0, ...anchors.map(({ seq }) => seq));
  if (!key)
    warnings.push({ kind: "mac-unchecked", seq: null, detail: "Without --key it is not known who wrote the rows." });
  if (report.rows > anchoredTo) {
    const detail = `No anchor vouches for what follows row ${anchoredTo}: whether rows are missing there is not known.`;
    warnings.push({ kind: "unanchored", seq: null, detail });
  }
  report.intact = findings.length === 0;
  return report;
}

function checkRows(database, { key, anchors, report, found, warnings }) {
  const origins = database.prepare("SELECT format, log_id, created FROM origin").all();
  if (origins.length !== 1) throw new Error("it does not say which log it is");
  const [origin] = origins;
  report.logId = origin.log_id;
  let previous = sha256(JSON.stringify(["indoors-audit/1", origin.format, origin.log_id, origin.created]));
  let last = { seq: 0, digest: previous };
  let timeBefore = "";
  const saltGone = new Set();
  const saltErased = new Set();
  const statement = database.prepare("SELECT log.*, salts.salt FROM log LEFT JOIN salts USING (seq) ORDER BY seq");
  for (const row of statement.iterate()) {
    const { seq } = row;
    report.rows++;
    if (seq !== last.seq + 1) found("sequence", seq, `Row ${seq} stands where row ${last.seq + 1} was written.`);
    const canonical = JSON.stringify(columns.map((column) => row[column]));
    const expected = sha256(Buffer.concat([Buffer.from(previous, "hex"), Buffer.from(canonical, "utf8")]));
    if (!/^[0-9a-f]{64}$/.test(row.digest) || expected !== row.digest) {
      found("digest", seq, `Row ${seq} or the one before it was changed.`);
    }
    if (key && createHmac("sha256", key).update(Buffer.from(row.digest, "hex")).digest("hex") !== row.mac) {
      found("mac", seq, `Row ${seq} was not written with the key of this log.`);
    }
    if (row.salt !== null && (row.salt_digest === null || sha256(row.salt) !== row.salt_digest)) {
      found("salt", seq, `The salt of row ${seq} was changed.`);
    }
    if (row.salt === null && row.salt_digest !== null) saltGone.add(seq);
    if (row.action === "log.erase") for (const erased of erasedRows(row.facts)) saltErased.add(erased);
    for (const anchor of anchors) {
      if (anchor.seq !== seq || anchor.logId !== origin.log_id || anchor.head === row.digest) continue;
      found("rewritten", seq, `The anchor of ${anchor.time} knows another row ${seq}: the log was written anew.`);
    }
    if (row.time < timeBefore) {
      warnings.push({ kind: "clock-back", seq, detail: `The clock went back between rows ${last.seq} and ${seq}.` });
    }
    timeBefore = row.time;
    previous = row.digest;
    last = { seq, digest: row.digest };
  }
  report.head = last.digest;
  for (const anchor of anchors) {
    if (anchor.logId !== origin.log_id) {
      found("other-log", anchor.seq, `The anchor of ${anchor.time} is of another log: this one was put in its place.`);
    } else if (anchor.seq > last.seq) {
      const detail = `The anchor of ${anchor.time} knows ${anchor.seq} rows, the log ends at row ${last.seq}: its end was cut off, or an older copy was put in its place.`;
      found("truncated", anchor.seq, detail);
    }
  }
  for (const seq of saltGone) {
    if (!saltErased.has(seq)) found("salt-gone", seq, `The salt of row ${seq} is gone; no row says it was erased.`);
  }
  for (const { seq } of database.prepare("SELECT seq FROM salts WHERE seq NOT IN (SELECT seq FROM log)").all()) {
    found("salt", seq, `Salt ${seq} has no row.`);
  }
  const there = new Set(
    database
      .prepare("SELECT name FROM sqlite_schema WHERE type = 'trigger'")
      .all()
      .map(({ name }) => name),
  );
  const dropped = triggers.filter((name) => !there.has(name));
  if (dropped.length > 0) {
    warnings.push({
      kind: "triggers-missing",
      seq: null,
      detail: `Append-only triggers were dropped: ${dropped.join(", ")}.`,
    });
  }
}

function erasedRows(facts) {
  try {
    const { rows } = JSON.parse(facts);
    return typeof rows === "string" ? rows.split(",").map(Number) : [];
  } catch {
    return [];
  }
}

/** Anchors with a good signature: JSON lines, or printed texts typed in again. The others are findings. */
function readAnchors(text, publicKey, found) {
  const [first = "", ...printed] = text.split("INDOORS AUDIT ANCHOR");
  const lines = first.split("\n");
  const read = [];
  for (const block of printed) {
    const fields = {};
    let field = "";
    for (const line of block.split("\n")) {
      if (line.startsWith("{")) {
        lines.push(line);
        continue;
      }
      const named = /^([a-z]+):(.*)$/.exec(line);
      if (named) field = named[1];
      if (field) fields[field] = (fields[field] ?? "") + (named ? named[2] : line).replaceAll(/\s+/g, "");
    }
    const { log: logId, row, head, time, device, signature, check: typed } = fields;
    const anchor = { version: 1, logId, seq: Number(row), head, rows: Number(row), time, device, signature };
    const sum = signature && sha256(Buffer.concat([signedBytes(anchor), Buffer.from(signature)])).slice(0, 8);
    if (sum && sum === typed) read.push(anchor);
    else found("anchor", null, "A printed anchor cannot be read; it may be mistyped.");
  }
  for (const line of lines) {
    if (line.trim() === "") continue;
    try {
      const anchor = JSON.parse(line);
      if (anchor.version !== 1 || !Number.isInteger(anchor.seq)) throw new Error("not an anchor");
      read.push(anchor);
    } catch {
      found("anchor", null, `An anchor cannot be read: ${line.slice(0, 60)}`);
    }
  }
  if (text.trim() === "") found("anchor", null, "The anchor file holds no anchor.");
  return read.filter((anchor) => {
    const good = verify(null, signedBytes(anchor), publicKey, Buffer.from(String(anchor.signature), "base64"));
    if (!good) found("anchor", anchor.seq, `The signature of the anchor of ${anchor.time} is not of the key given.`);
    return good;
  });
}

function signedBytes({ version, logId, seq, head, rows, time, device }) {
  return Buffer.from(JSON.stringify(["indoors-audit-anchor", version, logId, seq, head, rows, time, device]), "utf8");
}

function print({ findings, warnings, rows, logId, head, macChecked, anchors, intact }) {
  // Text of the log may hold what a terminal obeys.
  const plain = (text) => text.replaceAll(/[^\x20-\x7e\u00a0-\u2027\u2030-\u205f\u2070-\ufefe]/g, "?");
  for (const { detail } of findings.slice(0, 50)) console.log(`CHANGED  ${plain(detail)}`);
  if (findings.length > 50) console.log(`… and ${findings.length - 50} more`);
  for (const { detail } of warnings.slice(0, 50)) console.log(`note     ${plain(detail)}`);
  console.log(`Log ${plain(String(logId))}, ${rows} rows, head ${plain(String(head))}`);
  console.log(`Checked: chain${macChecked ? ", key" : ""}, ${anchors} anchors.`);
  console.log(intact ? "Intact as far as this can be told." : "The log was changed.");
}
