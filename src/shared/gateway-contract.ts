import { z } from "zod";
import type { Contract } from "./contract.ts";
import { serverName } from "./mcp.ts";
import { certificateFingerprint, perimeterFile } from "./perimeter.ts";

/** The port of the mux between host and gateway that `gatewayContract` uses. Sessions have 1 and up. */
export const gatewayControlPort = 0;

const step = z.strictObject({ what: z.string(), ok: z.boolean(), detail: z.string() });
export type TestStep = z.infer<typeof step>;

/** An address as the gateway judges it. */
export const judgedAddress = z.strictObject({
  address: z.string(),
  allowed: z.boolean(),
  /** Private, loopback, public, multicast …: what it is, in words. */
  reason: z.string(),
});
export type JudgedAddress = z.infer<typeof judgedAddress>;

export const shownCertificate = z.strictObject({
  fingerprint: certificateFingerprint,
  subject: z.string(),
  issuer: z.string(),
  validTo: z.string(),
});
export type ShownCertificate = z.infer<typeof shownCertificate>;

/** What was found at a URL that somebody wants to list. */
export const addressExamination = z.strictObject({
  host: z.string(),
  port: z.int(),
  secure: z.boolean(),
  addresses: z.array(judgedAddress),
  certificate: shownCertificate.nullable(),
  /** Why it cannot be listed as it is; null: it can. */
  fault: z.string().nullable(),
});
export type AddressExamination = z.infer<typeof addressExamination>;

/** Host → gateway, the one process with a socket. It checks everything again and believes no configuration. */
export const gatewayContract = {
  methods: {
    /** Replaces all it knows. Connections that are no longer listed end at once. */
    configure: {
      params: perimeterFile.omit({ version: true }),
      result: z.strictObject({
        /** Null: nothing listens. */
        listening: z
          .strictObject({ address: z.string(), port: z.int(), fingerprint: certificateFingerprint })
          .nullable(),
        /** What it will not do, by name of server or `listener`, and why. */
        refused: z.array(z.strictObject({ name: z.string(), reason: z.string() })),
      }),
    },
    /** Looks a URL up, judges every address and looks at the certificate of the first that is allowed. Nothing else is sent. */
    examine: {
      params: z.strictObject({ url: z.string() }),
      result: addressExamination,
    },
    /** Goes all the way to `initialize` and `tools/list`, and says each step. */
    test: { params: z.strictObject({ name: serverName }), result: z.strictObject({ steps: z.array(step) }) },
    /** Kept by the gateway in a file of its own; there is no method that gives it back. Null: forgets it. */
    setCredential: {
      params: z.strictObject({ name: serverName, secret: z.string().min(1).max(8192).nullable() }),
      result: z.strictObject({}),
    },
    /** What crossed today, as it counts for the budgets, and whose credential it keeps. Listed servers only. */
    usage: {
      params: z.strictObject({}),
      result: z.strictObject({
        servers: z.array(
          z.strictObject({ name: serverName, callsToday: z.int(), bytesToday: z.int(), hasCredential: z.boolean() }),
        ),
      }),
    },
    /** The private addresses of this machine: where a listener may be. */
    addresses: { params: z.strictObject({}), result: z.strictObject({ addresses: z.array(judgedAddress) }) },
    /** The certificate that connectors pin; made at first use. */
    identity: { params: z.strictObject({}), result: z.strictObject({ fingerprint: certificateFingerprint }) },
    /** Serves `mcpContract` for a listed server or an enrolled connector on this port of the mux. @throws not-found */
    session: {
      params: z.strictObject({ name: serverName, port: z.int().positive() }),
      result: z.strictObject({}),
    },
  },
  events: {
    /** One thing that crossed the perimeter, or was refused there. A row of the audit log. */
    crossed: z.strictObject({
      server: z.string(),
      what: z.enum(["connect", "call", "refused", "enrolled", "listen", "disconnect"]),
      ok: z.boolean(),
      address: z.string(),
      port: z.int(),
      certificate: z.string(),
      bytesOut: z.int(),
      bytesIn: z.int(),
      /** No content: an error code, an HTTP status, a reason. */
      detail: z.string().max(500),
    }),
    connector: z.strictObject({ name: serverName, connected: z.boolean(), address: z.string() }),
  },
} as const satisfies Contract;

/** Gateway → host. */
export const gatewayHostContract = {
  methods: {
    /** A connector has proved that it knows the code: it is written down, or refused when the code was used meanwhile. */
    enrolled: {
      params: z.strictObject({ name: serverName, certificate: certificateFingerprint }),
      result: z.strictObject({}),
    },
  },
  events: {},
} as const satisfies Contract;
