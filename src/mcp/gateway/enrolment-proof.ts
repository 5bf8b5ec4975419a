import { createHash, createHmac } from "node:crypto";
import type { EnrolRequest } from "./tunnel-contract.ts";

/**
 * What a connector sends instead of the secret, inside the TLS session in which both have shown their certificates:
 * it holds for exactly these two. All are hex.
 */
export function enrolmentProof(secret: string, connector: string, appliance: string): EnrolRequest {
  const proof = createHmac("sha256", Buffer.from(secret, "hex"))
    .update("indoors-enrol")
    .update(Buffer.from(connector, "hex"))
    .update(Buffer.from(appliance, "hex"))
    .digest("hex");
  return { id: enrolmentId(secret), proof };
}

/** Names a code without telling it: only who has the code can spoil it by wrong tries. */
export function enrolmentId(secret: string): string {
  return createHash("sha256").update("indoors-id").update(Buffer.from(secret, "hex")).digest("hex").slice(0, 16);
}
