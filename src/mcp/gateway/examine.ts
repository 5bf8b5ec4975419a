import { lookup as systemLookup } from "node:dns/promises";
import { isIP } from "node:net";
import type { TLSSocket } from "node:tls";
import type { Result } from "../../shared/contract.ts";
import { messageOf } from "../../shared/errors.ts";
import type { gatewayContract, JudgedAddress, ShownCertificate } from "../../shared/gateway-contract.ts";
import { showHidden } from "../../shared/show-hidden.ts";
import { isLoopback, judgeAddress } from "./address.ts";
import { fingerprintOf } from "./certificate.ts";
import { reach } from "./dial.ts";
import { type PerimeterUrl, readPerimeterUrl } from "./perimeter-url.ts";

type Examination = Result<typeof gatewayContract, "examine">;

/** All addresses of a name. */
export type Lookup = (host: string) => Promise<readonly string[]>;

/** How long the name service may take. */
const lookupMs = 5000;

const lookupAll: Lookup = async (host) => (await systemLookup(host, { all: true })).map(({ address }) => address);

/**
 * Looks at a URL before it is listed: what addresses its host has, whether each may be reached, and which certificate is
 * shown at the first one that answers; that one is put first. Nothing is sent but a TLS handshake. A name that also
 * leads to a place that is not allowed cannot be listed: whoever answers for it decides which one is meant.
 */
export async function examine(text: string, signal: AbortSignal, lookup: Lookup = lookupAll): Promise<Examination> {
  let url: PerimeterUrl;
  try {
    url = readPerimeterUrl(text);
  } catch (fault) {
    const secure = text.startsWith("https:");
    return { host: text.slice(0, 200), port: 0, secure, addresses: [], certificate: null, fault: messageOf(fault) };
  }
  const { host, port, secure } = url;
  const nothing = { host, port, secure, certificate: null };
  let found: readonly string[];
  try {
    found = isIP(host) === 0 ? await withinLimit(lookup(host), signal) : [host];
  } catch (fault) {
    const why = (fault as NodeJS.ErrnoException).code ?? messageOf(fault);
    const remedy = "Use its address in the URL, or have the name service of this building know it.";
    return { ...nothing, addresses: [], fault: `The name ${host} cannot be looked up: ${why}. ${remedy}` };
  }
  const addresses = [...new Set(found)].slice(0, 20).map(judgeAddress);
  const bad = addresses.find(({ allowed }) => !allowed);
  if (bad !== undefined || addresses.length === 0) {
    const what = bad === undefined ? "has no address" : `leads to ${bad.address}, which is not allowed: ${bad.reason}`;
    return { ...nothing, addresses, fault: `${host} ${what}. Only private addresses and this machine can be listed.` };
  }
  if (!secure && !addresses.every(({ address }) => isLoopback(address))) {
    const fault = "Plain http is only for servers on this machine: over a cable everybody could read it. Use https.";
    return { ...nothing, addresses, fault };
  }
  return { ...nothing, ...(await firstThatAnswers(url, addresses, signal)) };
}

async function firstThatAnswers(url: PerimeterUrl, addresses: readonly JudgedAddress[], signal: AbortSignal) {
  let fault = "";
  for (const judged of addresses) {
    try {
      const socket = await reach({ ...url, address: judged.address }, signal);
      const certificate = url.secure ? shown(socket as TLSSocket) : null;
      socket.destroy();
      const others = addresses.filter((other) => other !== judged);
      const missing = url.secure && certificate === null ? "The server shows no certificate." : null;
      return { addresses: [judged, ...others], certificate, fault: missing };
    } catch (thrown) {
      signal.throwIfAborted();
      fault ||= messageOf(thrown);
    }
  }
  return { addresses: [...addresses], certificate: null, fault };
}

function shown(socket: TLSSocket): ShownCertificate | null {
  const certificate = socket.getPeerX509Certificate();
  if (certificate === undefined) return null;
  // Whoever made the certificate wrote these.
  const said = (words: string) => showHidden(words.replaceAll("\n", ", ")).slice(0, 500);
  return {
    fingerprint: fingerprintOf(certificate.raw),
    subject: said(certificate.subject ?? ""),
    issuer: said(certificate.issuer ?? ""),
    validTo: isoDate(certificate.validTo),
  };
}

function isoDate(text: string): string {
  const date = new Date(text);
  return Number.isNaN(date.getTime()) ? "unknown" : date.toISOString();
}

async function withinLimit<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  const limit = AbortSignal.any([signal, AbortSignal.timeout(lookupMs)]);
  const over = Promise.withResolvers<never>();
  const onAbort = () => over.reject(new Error(signal.aborted ? "cancelled" : "the name service does not answer"));
  limit.addEventListener("abort", onAbort, { once: true });
  if (limit.aborted) onAbort();
  return Promise.race([work, over.promise]).finally(() => limit.removeEventListener("abort", onAbort));
}
