import { timingSafeEqual } from "node:crypto";
import type { Enrolment } from "../../shared/perimeter.ts";
import { enrolmentId, enrolmentProof } from "./enrolment-proof.ts";
import type { EnrolRequest } from "./tunnel-contract.ts";

/** After so many wrong proofs a code is dead. */
export const mostWrongTries = 5;

/** The codes that were given out. Each is good once, until it expires, and for a few tries. */
export class EnrolmentDesk {
  #open = new Map<string, { readonly enrolment: Enrolment; wrong: number; used: boolean }>();

  constructor(enrolments: readonly Enrolment[]) {
    this.update(enrolments);
  }

  /** What is still in the list keeps its tries, and stays used. */
  update(enrolments: readonly Enrolment[]): void {
    const before = this.#open;
    this.#open = new Map(
      enrolments.map((enrolment) => {
        const id = enrolmentId(enrolment.secret);
        const known = before.get(id);
        return [id, { enrolment, wrong: known?.wrong ?? 0, used: known?.used ?? false }];
      }),
    );
  }

  /**
   * The name that this machine was given, and its code is used from now on; undefined when it has no right to one,
   * whatever the reason is. `connector`, `appliance`: the fingerprints in this TLS session. `now`: ms since 1970.
   */
  redeem({ id, proof }: EnrolRequest, connector: string, appliance: string, now: number): string | undefined {
    const found = this.#open.get(id);
    // The same work for a code that is unknown.
    const { secret, name, expiresAt } = found?.enrolment ?? { secret: "00".repeat(20), name: "", expiresAt: "" };
    const wanted = enrolmentProof(secret, connector, appliance).proof;
    const isRight = timingSafeEqual(Buffer.from(proof, "hex"), Buffer.from(wanted, "hex"));
    if (found === undefined || found.used || found.wrong >= mostWrongTries) return undefined;
    if (!isRight) {
      found.wrong += 1;
      return undefined;
    }
    if (!(now < Date.parse(expiresAt))) return undefined;
    found.used = true;
    return name;
  }
}
