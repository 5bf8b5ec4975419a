import { IndoorsError } from "../../shared/errors.ts";
import { newIdentity } from "../gateway/certificate.ts";
import { readCode } from "../gateway/enrolment-code.ts";
import { enrolmentProof } from "../gateway/enrolment-proof.ts";
import { enrolledLine, refusedLine } from "../gateway/tunnel-contract.ts";
import { readFirstLine } from "../gateway/tunnel-first-line.ts";
import { type ConnectorState, writeState } from "./connector-state.ts";
import { dialAppliance } from "./dial-appliance.ts";

/** Longer than the appliance needs to write it down. */
const answerLimitMs = 40_000;

/**
 * Redeems a code: a new key for this machine, a proof that it knows the code, and the appliance's yes. What was there
 * before is replaced only then.
 * @throws IndoorsError `input.invalid` for a code that cannot be read, `perimeter.refused`, `perimeter.unreachable`, `cancelled`
 */
export async function enrolConnector(code: string, folder: string, signal: AbortSignal): Promise<ConnectorState> {
  const { address, port, fingerprintStart, secret } = readCode(code);
  const identity = await newIdentity();
  const knows = (fingerprint: string) => fingerprint.startsWith(fingerprintStart);
  const { socket, fingerprint } = await dialAppliance({ address, port, knows }, identity, signal);
  const limit = AbortSignal.any([signal, AbortSignal.timeout(answerLimitMs)]);
  const onAbort = () => socket.destroy();
  limit.addEventListener("abort", onAbort, { once: true });
  try {
    socket.write(`${JSON.stringify({ enrol: enrolmentProof(secret, identity.fingerprint, fingerprint) })}\n`);
    const line = await readFirstLine(socket, 1024);
    if (signal.aborted) throw new IndoorsError("cancelled");
    const answer = enrolledLine.safeParse(line);
    if (!answer.success) throw unanswered(refusedLine.safeParse(line).success);
    const { name } = answer.data.enrolled;
    const state = { name, address, port, appliance: fingerprint, enrolledAt: new Date().toISOString(), identity };
    await writeState(folder, state);
    return state;
  } finally {
    limit.removeEventListener("abort", onAbort);
    socket.destroy();
  }
}

function unanswered(refused: boolean): IndoorsError {
  return refused
    ? new IndoorsError(
        "perimeter.refused",
        "The appliance does not take this enrolment code. A code is good once and for fifteen minutes. Make a new one there.",
        { reason: "code" },
      )
    : new IndoorsError(
        "perimeter.unreachable",
        "The appliance gave no answer to the enrolment code. See there whether this machine was enrolled; if not, try again.",
      );
}
