import { BlockList, isIPv4, isIPv6 } from "node:net";
import type { JudgedAddress } from "../../shared/gateway-contract.ts";

type Family = "ipv4" | "ipv6";
type Range = readonly [words: string, ...subnets: readonly string[]];

/** What may be reached, and be listened at. There is no way to add to this list. */
const allowed: readonly Range[] = [
  ["this machine itself", "127.0.0.0/8", "::1/128"],
  ["a private network", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7"],
];

/** What is looked at before that list, with the words for people. All that neither list names is public. */
const refused: readonly Range[] = [
  ["the metadata service of a cloud", "169.254.169.254/32", "100.100.100.200/32", "fd00:ec2::/32"],
  ["no address of one machine: unspecified", "0.0.0.0/8", "::/128"],
  ["link-local: it means another machine on every cable", "169.254.0.0/16", "fe80::/10"],
  ["shared between the customers of a provider", "100.64.0.0/10"],
  ["multicast", "224.0.0.0/4", "ff00::/8"],
  ["broadcast", "255.255.255.255/32"],
  ["reserved for documents and tests", "192.0.2.0/24", "198.51.100.0/24", "203.0.113.0/24", "198.18.0.0/15"],
  ["reserved for documents and tests", "2001:db8::/32", "3fff::/20"],
  ["reserved", "240.0.0.0/4", "192.0.0.0/24", "fec0::/10", "100::/64"],
];

/** IPv6 forms that carry an IPv4 address, and where in their 16 bytes it is. */
const carriers: readonly (readonly [words: string, subnet: string, at: number, flipped: boolean])[] = [
  ["IPv4-mapped", "::ffff:0:0/96", 12, false],
  ["IPv4-translated", "::ffff:0:0:0/96", 12, false],
  ["NAT64", "64:ff9b::/96", 12, false],
  ["NAT64", "64:ff9b:1::/48", 12, false],
  ["6to4", "2002::/16", 2, false],
  ["Teredo", "2001::/32", 12, true],
  ["IPv4-compatible", "::/96", 12, false],
];

/**
 * Says what an address is and whether the perimeter allows it: private and loopback only, written in its one usual
 * form. Anything else that some program would read as an address (octal, hexadecimal, short or decimal forms, zones,
 * trailing dots) is no address here.
 */
export function judgeAddress(text: string): JudgedAddress {
  const address = text.slice(0, 100);
  const no = (reason: string): JudgedAddress => ({ address, allowed: false, reason });
  const family = isIPv4(text) ? "ipv4" : isIPv6(text) && !text.includes("%") ? "ipv6" : null;
  if (family === null) return no("this is not an address in its usual form, like 10.0.0.7 or fd00::7");
  const hidden = family === "ipv6" ? hiddenAddress(text) : null;
  if (hidden !== null) return no(hidden);
  if (family === "ipv6" && text !== canonicalIPv6(text))
    return no(`write it in its usual form, ${canonicalIPv6(text)}`);
  const fault = named(refused, text, family);
  if (fault !== null) return no(fault);
  const reason = named(allowed, text, family);
  return reason === null ? no("a public address") : { address, allowed: true, reason };
}

/** True for the two kinds of address that never leave this machine. */
export function isLoopback(address: string): boolean {
  return judgeAddress(address).reason === allowed[0]?.[0];
}

/** Whether two texts, in whatever form, are the same address. */
export function sameAddress(one: string, other: string): boolean {
  if (isIPv6(one) && isIPv6(other)) return canonicalIPv6(one) === canonicalIPv6(other);
  return isIPv4(one) && one === other;
}

function hiddenAddress(text: string): string | null {
  if (["::", "::1"].includes(canonicalIPv6(text))) return null;
  const carrier = carriers.find(([, subnet]) => contains(subnet, text, "ipv6"));
  if (carrier === undefined) return null;
  const [words, , at, flipped] = carrier;
  const inner = bytesOf(text)
    .slice(at, at + 4)
    .map((byte) => (flipped ? 255 - byte : byte))
    .join(".");
  const { allowed: fine, reason } = judgeAddress(inner);
  return fine
    ? `an ${words} form of ${inner}: write that address itself`
    : `an ${words} form that hides ${inner}, ${reason}`;
}

function named(ranges: readonly Range[], address: string, family: Family): string | null {
  const range = ranges.find(([, ...subnets]) => subnets.some((subnet) => contains(subnet, address, family)));
  return range?.[0] ?? null;
}

function contains(subnet: string, address: string, family: Family): boolean {
  const [network = "", bits = ""] = subnet.split("/");
  if (network.includes(":") !== (family === "ipv6")) return false;
  const list = new BlockList();
  list.addSubnet(network, Number(bits), family);
  // The family is checked above: a list of IPv4 would take an IPv4-mapped address for its IPv4.
  return list.check(address, family);
}

/** The form of RFC 5952, groups in hexadecimal throughout. `text` must be an IPv6 address without a zone. */
function canonicalIPv6(text: string): string {
  return new URL(`http://[${text}]/`).hostname.slice(1, -1);
}

function bytesOf(ipv6: string): number[] {
  const [head = "", tail] = canonicalIPv6(ipv6).split("::");
  const groups = (part: string) => (part === "" ? [] : part.split(":").map((group) => Number.parseInt(group, 16)));
  const [before, after] = [groups(head), groups(tail ?? "")];
  const middle = Array.from({ length: 8 - before.length - after.length }, () => 0);
  return [...before, ...middle, ...after].flatMap((group) => [group >> 8, group & 255]);
}
