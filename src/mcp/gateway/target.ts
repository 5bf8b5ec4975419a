import { isIP } from "node:net";
import { IndoorsError } from "../../shared/errors.ts";
import type { PerimeterServer } from "../../shared/perimeter.ts";
import { isLoopback, judgeAddress, sameAddress } from "./address.ts";
import { type PerimeterUrl, readPerimeterUrl } from "./perimeter-url.ts";

/** A listed server that was checked: all that is needed to dial it, and nothing that could lead elsewhere. */
export interface Target extends PerimeterUrl {
  readonly name: string;
  readonly address: string;
  /** SHA-256 of the certificate it must show, hex; null: plain http on this machine. */
  readonly certificate: string | null;
  /** Small letters; null: it needs no credential. */
  readonly credentialHeader: string | null;
}

/** Headers that say where a request goes, how long it is or what it means. A credential in one of them would be a trick. */
const takenHeaders = new Set([
  ...["host", "connection", "content-length", "transfer-encoding", "te", "trailer", "upgrade", "expect", "keep-alive"],
  ...["accept", "accept-encoding", "content-type", "content-encoding", "last-event-id", "origin", "referer"],
  ...["proxy-authorization", "proxy-connection", "forwarded", "via", "range", "user-agent"],
]);
const takenPrefixes = ["mcp-", "x-forwarded-", "x-http-method", "x-original-", "x-rewrite-"];

/**
 * Checks one entry of the allow list, whoever wrote it. Called when it is configured and again before each connection.
 * @throws perimeter.refused, with the reason
 */
export function readTarget(server: PerimeterServer): Target {
  const { name, address, certificate } = server;
  const no = (reason: string) =>
    new IndoorsError("perimeter.refused", `${name} is not connected to. ${reason}.`, { reason });
  const url = readPerimeterUrl(server.url);
  const judged = judgeAddress(address);
  if (!judged.allowed) throw no(`Its address ${judged.address} is not allowed: ${judged.reason}`);
  if (isIP(url.host) !== 0 && !sameAddress(url.host, address)) {
    throw no(`Its URL says ${url.host}, and its address ${address}: add it again`);
  }
  if (!url.secure && !isLoopback(address)) {
    throw no("Plain http is only for servers on this machine: over a cable everybody could read it. Use https");
  }
  if (url.secure && certificate === null) throw no("The certificate that it must show is not known: add it again");
  const header = server.credentialHeader?.toLowerCase() ?? null;
  const fault = header === null ? null : faultOfHeader(header);
  if (fault !== null) throw no(fault);
  return { ...url, name, address, certificate: url.secure ? certificate : null, credentialHeader: header };
}

function faultOfHeader(header: string): string | null {
  if (!/^[a-z0-9!#$&'*+.^_`|~-]{1,64}$/.test(header)) return "The header of its credential is no name of a header";
  if (takenHeaders.has(header) || takenPrefixes.some((prefix) => header.startsWith(prefix))) {
    return `The header ${header} cannot carry a credential: use authorization, or one that only this server knows`;
  }
  return null;
}
