import { connect, type TLSSocket } from "node:tls";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { judgeAddress } from "../gateway/address.ts";
import { fingerprintOf, type Identity } from "../gateway/certificate.ts";

const dialLimitMs = 10_000;

export interface Appliance {
  readonly address: string;
  readonly port: number;
  /** Whether the certificate of this fingerprint is the appliance's. */
  readonly knows: (fingerprint: string) => boolean;
}

/**
 * Connects to the appliance. Not a byte is written to it, or read, before its certificate was known; from then on it is
 * believed. The socket is the caller's to destroy.
 * @throws IndoorsError `perimeter.refused` for another certificate or a public address, `perimeter.unreachable`, `cancelled`
 */
export async function dialAppliance(
  { address, port, knows }: Appliance,
  identity: Identity,
  signal: AbortSignal,
): Promise<{ readonly socket: TLSSocket; readonly fingerprint: string }> {
  const place = address.includes(":") ? `[${address}]:${port}` : `${address}:${port}`;
  const judged = judgeAddress(address);
  if (!judged.allowed) {
    throw new IndoorsError(
      "perimeter.refused",
      `The connector does not dial ${address}. It dials private addresses only; this is ${judged.reason}.`,
      { reason: "address" },
    );
  }
  if (signal.aborted) throw new IndoorsError("cancelled");
  const socket = connect({
    host: address,
    port,
    key: identity.key,
    cert: identity.certificate,
    minVersion: "TLSv1.3",
    // Nobody signs this certificate: what counts is its fingerprint, below.
    rejectUnauthorized: false,
  });
  socket.setNoDelay(true);
  const fingerprint = await new Promise<string>((resolve, reject) => {
    const finish = (failure: IndoorsError | undefined, seen = "") => {
      clearTimeout(timer);
      signal.removeEventListener("abort", onAbort);
      socket.off("close", onClose);
      if (failure === undefined) return resolve(seen);
      socket.destroy();
      reject(failure);
    };
    const unreachable = (why: string) =>
      new IndoorsError(
        "perimeter.unreachable",
        `The appliance at ${place} cannot be reached: ${why}. See that it is on and that its listener for connectors is.`,
      );
    let failed: Error | undefined;
    const onClose = () =>
      finish(unreachable(failed === undefined ? "it closed the connection" : messageOf(failed).slice(0, 200)));
    const onAbort = () => finish(new IndoorsError("cancelled"));
    const timer = setTimeout(() => finish(unreachable(`no answer in ${dialLimitMs / 1000} s`)), dialLimitMs);
    signal.addEventListener("abort", onAbort, { once: true });
    socket.on("error", (error) => (failed = error));
    socket.once("close", onClose);
    socket.once("secureConnect", () => {
      const shown = socket.getPeerX509Certificate();
      const seen = shown === undefined ? "" : fingerprintOf(shown.raw);
      if (shown !== undefined && knows(seen)) return finish(undefined, seen);
      const what = shown === undefined ? "none" : seen;
      finish(
        new IndoorsError(
          "perimeter.refused",
          `Another machine answers at ${place}: its certificate (${what}) is not the one of the enrolment code. ` +
            "Nothing was sent to it. If the appliance was set up anew, enrol this machine anew.",
          { reason: "certificate" },
        ),
      );
    });
  });
  return { socket, fingerprint };
}
