import { isIP } from "node:net";
import { IndoorsError } from "../../shared/errors.ts";

/** A URL of a server behind the perimeter, taken apart. */
export interface PerimeterUrl {
  readonly secure: boolean;
  /** A name, or an address; IPv6 without brackets. */
  readonly host: string;
  readonly port: number;
  /** Path and query: what is asked for. */
  readonly path: string;
  /** The value of the Host header, as the URL writes it. */
  readonly authority: string;
}

const label = /^[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?$/;

/**
 * Reads a URL by its letter. What a lenient reader would repair or reinterpret is refused, so that the host people read
 * is the host that is meant: no user part, no other spelling of an address, no letters that look like others.
 * @throws perimeter.refused, with the reason
 */
export function readPerimeterUrl(text: string): PerimeterUrl {
  const no = (why: string) => {
    const reason = `${why}. Write it like https://records.example:8443/mcp.`;
    return new IndoorsError("perimeter.refused", `This URL cannot be listed: ${text.slice(0, 200)}. ${reason}`, {
      reason: why,
    });
  };
  // oxlint-disable-next-line no-control-regex -- they are what is looked for
  if (/[^\u0021-\u007e]/.test(text)) throw no("It has blanks, control characters or letters outside of ASCII");
  if (text.length > 2000) throw no("It is too long");
  const parts = /^(https?):\/\/([^/?#\\]*)(\/[^#\\]*)?$/.exec(text);
  if (parts === null)
    throw no("It must be https:// or http://, a host and a path, with no #, no \\ and no ? before the path");
  const [, scheme, authority = "", path = "/"] = parts;
  if (authority.includes("@")) throw no("It has a user name before the host; a credential is set apart from the URL");
  if (authority.includes("%")) throw no("Its host has a %");
  const place = /^(\[[0-9a-f:.]+\]|[^:[\]]+)(?::([1-9][0-9]{0,4}))?$/.exec(authority);
  if (place === null) throw no("Its host or its port is not in the usual form");
  const [, bracketed = "", digits] = place;
  const host = bracketed.replace(/^\[|\]$/g, "");
  const secure = scheme === "https";
  const port = digits === undefined ? (secure ? 443 : 80) : Number(digits);
  if (port > 65_535) throw no("There is no such port");
  const fault = bracketed === host ? faultOfHost(host) : isIP(host) === 6 ? null : "Its host is no address";
  if (fault !== null) throw no(fault);
  // The last word has the parser that everybody else uses: it must read the very same host.
  if (!URL.canParse(text)) throw no("It is not a URL");
  const { hostname } = new URL(text);
  if (hostname !== bracketed) throw no(`Its host would be read as ${hostname}: write that, if it is what you mean`);
  return { secure, host, port, path, authority };
}

function faultOfHost(host: string): string | null {
  if (isIP(host) === 4) return null;
  if (host !== host.toLowerCase()) return "Its host has capital letters: write small ones";
  if (host.endsWith(".")) return "Its host ends with a dot";
  const labels = host.split(".");
  if (host.length > 253 || !labels.every((part) => label.test(part))) return "Its host is no name of a machine";
  if (labels.some((part) => part.startsWith("xn--"))) return "Its host is written in another alphabet";
  // A last part that is a number makes some readers take the whole for an IPv4 address: 2130706433, 0x7f.1, 127.1.
  if (/^(?:[0-9]+|0x[0-9a-f]*)$/.test(labels.at(-1) ?? "")) return "Its host is an address in an unusual form";
  return null;
}
