import type { KeyObject } from "node:crypto";
import type { AuditAnchor, AuditFinding, AuditReport, AuditWarning } from "../../shared/audit-contract.ts";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { isSignedBy, readAnchors } from "./anchor.ts";
import { ChainCheck } from "./chain-check.ts";
import { LogReader } from "./read-log.ts";

export interface VerifyOptions {
  readonly file: string;
  /** The key of the macs; without it only the chain is checked, which anyone can make. */
  readonly key?: KeyObject | undefined;
  /** The text of an anchor file. */
  readonly anchors?: string | undefined;
  readonly publicKey?: KeyObject | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Findings and warnings that are shown; the counts are of all. */
const shown = 20;

/**
 * Checks a whole log: numbers, chain, macs, salts, and what the anchors say about its end. Reads only, in slices.
 * A log that cannot be read is a finding, not an error. @throws IndoorsError `cancelled`
 */
export async function verifyLog(options: VerifyOptions): Promise<AuditReport> {
  const { anchors, findings, warnings } = vouchedAnchors(options);
  const notice = (kind: AuditWarning["kind"], detail: string) => warnings.push({ kind, seq: null, detail });
  let check: ChainCheck | undefined;
  let logId: string | null = null;
  try {
    using reader = new LogReader(options.file);
    const [origin, ...more] = reader.origins();
    if (origin === undefined || more.length > 0) throw new Error("it does not say which log it is");
    logId = origin.log_id;
    check = new ChainCheck({ origin, key: options.key, anchors });
    for await (const row of reader.rows(options.signal)) findings.push(...check.next(row));
    for (const seq of reader.straySalts()) findings.push({ kind: "salt", seq, detail: `Salt ${seq} has no row.` });
    findings.push(...check.end());
    warnings.push(...check.warnings);
    const dropped = reader.missingTriggers();
    if (dropped.length > 0) notice("triggers-missing", `Append-only triggers were dropped: ${dropped.join(", ")}.`);
  } catch (thrown) {
    if (options.signal?.aborted) throw new IndoorsError("cancelled");
    findings.push({ kind: "unreadable", seq: null, detail: `The log cannot be read: ${messageOf(thrown)}.` });
  }
  const last = check?.place ?? null;
  const anchoredTo = anchors.reduce((most, { seq }) => Math.max(most, seq), 0);
  if (options.key === undefined) notice("mac-unchecked", "Without the key it is not known who wrote the rows.");
  if (last !== null && last.seq > anchoredTo) {
    notice(
      "unanchored",
      `No anchor vouches for what follows row ${anchoredTo}: whether rows are missing there is not known.`,
    );
  }
  return {
    intact: findings.length === 0,
    logId,
    rows: check?.rows ?? 0,
    head: last?.digest ?? null,
    firstTime: check?.firstTime ?? null,
    lastTime: check?.lastTime ?? null,
    findings: findings.slice(0, shown),
    findingCount: findings.length,
    warnings: warnings.slice(0, shown),
    warningCount: warnings.length,
    macChecked: options.key !== undefined,
    anchors: anchors.length,
    anchoredTo: anchors.length === 0 ? null : anchoredTo,
    erased: check?.erased ?? 0,
    openIntents: check?.openIntents ?? 0,
  };
}

/** The anchors with a good signature; the others are findings. */
function vouchedAnchors({ anchors: text, publicKey }: VerifyOptions): {
  readonly anchors: AuditAnchor[];
  readonly findings: AuditFinding[];
  readonly warnings: AuditWarning[];
} {
  if (text === undefined) return { anchors: [], findings: [], warnings: [] };
  const { anchors, findings } = readAnchors(text);
  if (anchors.length === 0 && findings.length === 0) {
    findings.push({ kind: "anchor", seq: null, detail: "The anchor file holds no anchor." });
  }
  if (publicKey === undefined) {
    const detail = "Without the public key it is not known who signed the anchors.";
    return { anchors, findings, warnings: [{ kind: "signature-unchecked", seq: null, detail }] };
  }
  const good = anchors.filter((anchor) => isSignedBy(anchor, publicKey));
  for (const { seq, time } of anchors.filter((anchor) => !good.includes(anchor))) {
    findings.push({ kind: "anchor", seq, detail: `The signature of the anchor of ${time} is not of the key given.` });
  }
  return { anchors: good, findings, warnings: [] };
}
