import { type KeyObject, hash, sign, verify } from "node:crypto";
import { hostname } from "node:os";
import { auditAnchor, type AuditAnchor, type AuditFinding } from "../../shared/audit-contract.ts";

/** Signs where the log is now. @param time ISO 8601, UTC */
export function makeAnchor(
  at: { readonly logId: string; readonly seq: number; readonly digest: string; readonly time: string },
  key: KeyObject,
): AuditAnchor {
  const device = hash("sha256", hostname(), "hex").slice(0, 16);
  const unsigned = { version: 1 as const, logId: at.logId, seq: at.seq, head: at.digest, rows: at.seq, time: at.time };
  const anchor = { ...unsigned, device, signature: "" };
  return { ...anchor, signature: sign(null, signedBytes(anchor), key).toString("base64") };
}

/** Is the signature of this key? */
export function isSignedBy(anchor: AuditAnchor, publicKey: KeyObject): boolean {
  return verify(null, signedBytes(anchor), publicKey, Buffer.from(anchor.signature, "base64"));
}

function signedBytes({ version, logId, seq, head, rows, time, device }: AuditAnchor): Buffer {
  return Buffer.from(JSON.stringify(["indoors-audit-anchor", version, logId, seq, head, rows, time, device]), "utf8");
}

const title = "INDOORS AUDIT ANCHOR";
const fields = ["log", "row", "head", "time", "device", "signature", "check"] as const;

/** An anchor for paper: short lines, and a check that finds a slip of whoever types it in again. */
export function anchorText(anchor: AuditAnchor): string {
  const values = {
    log: anchor.logId,
    row: String(anchor.seq),
    head: wrap(anchor.head),
    time: anchor.time,
    device: anchor.device,
    signature: wrap(anchor.signature),
    check: checkOf(anchor),
  };
  return [title, ...fields.map((field) => `${`${field}:`.padEnd(11)}${values[field]}`), ""].join("\n");
}

/** The anchors of a file: JSON lines, printed texts typed in again, or both. What cannot be read is a finding. */
export function readAnchors(text: string): { readonly anchors: AuditAnchor[]; readonly findings: AuditFinding[] } {
  const anchors: AuditAnchor[] = [];
  const findings: AuditFinding[] = [];
  const printed = text.split(title);
  const lines = (printed.shift() ?? "").split("\n");
  for (const block of printed) {
    // What follows a printed anchor may be JSON lines again.
    const own: string[] = [];
    for (const line of block.split("\n")) (line.startsWith("{") ? lines : own).push(line);
    const anchor = fromPrint(own.join("\n"));
    if (anchor === undefined) findings.push(unreadable("A printed anchor cannot be read; it may be mistyped."));
    else anchors.push(anchor);
  }
  for (const line of lines) {
    if (line.trim() === "") continue;
    const anchor = fromJsonLine(line);
    if (anchor === undefined) findings.push(unreadable(`An anchor cannot be read: ${line.slice(0, 60)}`));
    else anchors.push(anchor);
  }
  return { anchors, findings };
}

function fromJsonLine(line: string): AuditAnchor | undefined {
  try {
    return auditAnchor.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}

function fromPrint(block: string): AuditAnchor | undefined {
  const found: Record<string, string> = {};
  let field = "";
  for (const line of block.split("\n")) {
    const named = /^([a-z]+):(.*)$/.exec(line);
    if (named?.[1] !== undefined) field = named[1];
    if (field !== "") found[field] = (found[field] ?? "") + (named?.[2] ?? line).replaceAll(/\s+/g, "");
  }
  const seq = Number(found["row"]);
  const { log: logId, head, time, device, signature, check } = found;
  const read = auditAnchor.safeParse({ version: 1, logId, seq, head, rows: seq, time, device, signature });
  return read.success && checkOf(read.data) === check ? read.data : undefined;
}

function checkOf(anchor: AuditAnchor): string {
  return hash("sha256", Buffer.concat([signedBytes(anchor), Buffer.from(anchor.signature)]), "hex").slice(0, 8);
}

function wrap(text: string): string {
  const groups = text.match(/.{1,4}/g) ?? [];
  const lines: string[] = [];
  for (let at = 0; at < groups.length; at += 8) lines.push(groups.slice(at, at + 8).join(" "));
  return lines.join(`\n${" ".repeat(11)}`);
}

function unreadable(detail: string): AuditFinding {
  return { kind: "anchor", seq: null, detail };
}
