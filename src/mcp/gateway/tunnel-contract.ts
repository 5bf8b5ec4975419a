import { z } from "zod";
import type { Contract } from "../../shared/contract.ts";
import { serverName } from "../../shared/mcp.ts";

/** The version of what is said on the wire. Both sides must have the same. */
export const tunnelVersion = 1;

/** The port of the mux on the wire that these contracts use. Each port above carries the JSON-RPC of one MCP session. */
export const tunnelControlPort = 0;

/** Bounds of one wire, the same on both sides. */
export const tunnelLimits = {
  /** One line: one message of a session. */
  longestLine: 8 * 1024 * 1024,
  /** What may wait to be sent, in bytes. A session that would go over it ends; the wire itself ends at twice that. */
  mostUnsent: 32 * 1024 * 1024,
  /** What is read in one second; the rest waits on the other side of the wire. */
  readPerSecond: { bytes: 16 * 1024 * 1024, messages: 2000 },
  /** Sessions at once on one wire. Each is a process on the connector's machine. */
  sessions: 16,
} as const;

/** How both sides find out that the other is gone though nobody said so. */
export const heartbeat = { everyMs: 15_000, mostMissed: 3 } as const;

/** What the appliance answers a connector. */
export const applianceContract = {
  methods: {
    /** The first call. @throws contract.invalid when the versions differ */
    hello: {
      params: z.strictObject({ version: z.int(), program: z.string().max(50) }),
      result: z.strictObject({ name: serverName }),
    },
    ping: { params: z.strictObject({}), result: z.strictObject({}) },
  },
  events: {},
} as const satisfies Contract;

/** What a connector answers the appliance. */
export const connectorContract = {
  methods: { ping: { params: z.strictObject({}), result: z.strictObject({}) } },
  events: {
    /** Why the session of this port ended on the connector's machine. Its port ends just after. */
    sessionEnded: z.strictObject({ port: z.int().positive(), reason: z.string().max(500) }),
  },
} as const satisfies Contract;

/** The first line of a machine that has no right yet: a code's id and the proof that it knows its secret. */
export const enrolRequest = z.strictObject({
  enrol: z.strictObject({ id: z.string().regex(/^[0-9a-f]{16}$/), proof: z.string().regex(/^[0-9a-f]{64}$/) }),
});
export type EnrolRequest = z.infer<typeof enrolRequest>["enrol"];

export const enrolledLine = z.strictObject({ enrolled: z.strictObject({ name: serverName }) });

/** All that a machine without the right to dial in ever hears: not whether it was revoked, is unknown, or was wrong. */
export const refusedLine = z.strictObject({ refused: z.literal(true) });
