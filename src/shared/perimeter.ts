import { z } from "zod";
import { serverName } from "./mcp.ts";

/** SHA-256 of a certificate in DER, 64 hex digits, small letters. */
export const certificateFingerprint = z.string().regex(/^[0-9a-f]{64}$/);

/** What may cross to one server. Going over refuses the call and is recorded. */
export const perimeterBudget = z.strictObject({
  callsPerHour: z.int().positive(),
  /** Of one call, request and answer together. */
  bytesPerCall: z.int().positive(),
  bytesPerDay: z.int().positive(),
});
export type PerimeterBudget = z.infer<typeof perimeterBudget>;

export const defaultBudget: PerimeterBudget = {
  callsPerHour: 600,
  bytesPerCall: 8 * 1024 * 1024,
  bytesPerDay: 256 * 1024 * 1024,
};

/** One private HTTP MCP server on the allow list. All of it is exact: the gateway reaches this and nothing else. */
export const perimeterServer = z.strictObject({
  name: serverName,
  /** https, or http to the loopback. The host is sent as it is written; it is never looked up again. */
  url: z.string(),
  /** The address it was resolved to when it was added: the only one that is ever dialled. */
  address: z.string(),
  /** The certificate it must show; null only for http. */
  certificate: certificateFingerprint.nullable(),
  /** The header that carries its credential; the value is the gateway's alone. Null: it needs none. */
  credentialHeader: z.string().nullable(),
  budget: perimeterBudget,
  addedAt: z.string(),
  addedBy: z.string(),
});
export type PerimeterServer = z.infer<typeof perimeterServer>;

/** A machine that may dial in, by its certificate. */
export const connectorEntry = z.strictObject({
  name: serverName,
  certificate: certificateFingerprint,
  enrolledAt: z.string(),
  /** Why it may not any more; null: it may. A revoked name is not given again. */
  revokedAt: z.string().nullable(),
});
export type ConnectorEntry = z.infer<typeof connectorEntry>;

/** A code that was given out and not used yet. */
export const enrolment = z.strictObject({
  name: serverName,
  /** What the connector must know, hex. */
  secret: z.string().regex(/^[0-9a-f]{40}$/),
  expiresAt: z.string(),
});
export type Enrolment = z.infer<typeof enrolment>;

export const listenAt = z.strictObject({ address: z.string(), port: z.int().min(1).max(65_535) });
export type ListenAt = z.infer<typeof listenAt>;

/** `perimeter.json`: every opening of the building, and there is no other. An absent file is an empty one. */
export const perimeterFile = z.strictObject({
  version: z.literal(1),
  servers: z.array(perimeterServer).max(100),
  /** Where connectors dial in; null: nothing listens. */
  listener: listenAt.nullable(),
  connectors: z.array(connectorEntry).max(200),
  enrolments: z.array(enrolment).max(50),
});
export type PerimeterFile = z.infer<typeof perimeterFile>;

export const emptyPerimeter: PerimeterFile = {
  version: 1,
  servers: [],
  listener: null,
  connectors: [],
  enrolments: [],
};

/** Whether the gateway has anything to do. If not, there is no such process. */
export function needsGateway({ servers, listener }: Pick<PerimeterFile, "servers" | "listener">): boolean {
  return servers.length > 0 || listener !== null;
}
