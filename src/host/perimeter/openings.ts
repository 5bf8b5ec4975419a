import type { ReadinessItem } from "../../shared/host-contract.ts";
import { needsGateway, type PerimeterFile } from "../../shared/perimeter.ts";

/** What there is to say of the perimeter. */
export interface PerimeterFacts {
  readonly list: PerimeterFile;
  /** Why the file cannot be used. */
  readonly fault: string | null;
  readonly gateway: "absent" | "running" | "failed";
  /** Why it failed, or what it will not do. */
  readonly gatewayFault: string | null;
}

/** One sentence for each opening of the building, with who opened it. */
export function openings({ servers, listener, connectors }: PerimeterFile): readonly string[] {
  const on = (iso: string) => iso.slice(0, 10);
  const dialIn = connectors.filter(({ revokedAt }) => revokedAt === null).length;
  return [
    ...servers.map(({ name, url, address, addedBy, addedAt }) => {
      const { hostname = "", port = "", protocol = "" } = URL.parse(url) ?? {};
      const at = `${address.includes(":") ? `[${address}]` : address}:${port || (protocol === "https:" ? 443 : 80)}`;
      const host = [address, `[${address}]`].includes(hostname) ? "" : ` (${hostname})`;
      return `Perimeter: ${name} at ${at}${host}, listed by ${addedBy} on ${on(addedAt)}.`;
    }),
    ...(listener === null
      ? []
      : [
          `Perimeter: ${dialIn} ${dialIn === 1 ? "connector" : "connectors"} may dial in at ${listener.address}:${listener.port}.`,
        ]),
  ];
}

/** The perimeter as a line of the readiness report. */
export function perimeterItem({ list, fault, gateway, gatewayFault }: PerimeterFacts): ReadinessItem {
  const item = { id: "perimeter", feature: "Private addresses", remedy: null, action: null };
  if (fault !== null) {
    const detail = "perimeter.json cannot be used, so nothing is open";
    return { ...item, state: "missing", detail, remedy: fault };
  }
  if (!needsGateway(list)) {
    return { ...item, state: "ready", detail: "sealed: nothing is listed, and there is no gateway process" };
  }
  const { servers, listener } = list;
  const what = [
    ...(servers.length > 0 ? [`${servers.length} listed (${servers.map(({ name }) => name).join(", ")})`] : []),
    ...(listener === null ? [] : [`connectors dial in at ${listener.address}:${listener.port}`]),
  ].join("; ");
  if (gatewayFault !== null) return { ...item, state: "limited", detail: what, remedy: gatewayFault };
  const there = gateway === "running" ? "the gateway runs" : "the gateway runs while it is used";
  return { ...item, state: "ready", detail: `${what}; ${there}` };
}
