import { randomBytes } from "node:crypto";
import type { Implementation } from "../../shared/contract.ts";
import { IndoorsError } from "../../shared/errors.ts";
import type { hostContract } from "../../shared/host-contract.ts";
import type { ListenAt, PerimeterFile } from "../../shared/perimeter.ts";
import { makeCode } from "../../mcp/gateway/enrolment-code.ts";
import { person } from "../audit.ts";
import { type Perimeter, refusedBy } from "./perimeter.ts";
import { requireFree } from "./perimeter-methods.ts";
import { perimeterView } from "./perimeter-view.ts";

type ConnectorMethod = Extract<keyof typeof hostContract.methods, `connectors.${string}`>;

/** A code is good for so long. */
const codeMs = 15 * 60_000;

/** The part of the host's contract that is about machines that dial in. */
export function connectorMethods(
  perimeter: Perimeter,
  onLog: (line: string) => void,
): Pick<Implementation<typeof hostContract>, ConnectorMethod> {
  const { gateway } = perimeter;
  const view = () => perimeterView(perimeter, onLog);

  return {
    "connectors.addresses": (_, signal) => gateway.call("addresses", {}, signal),
    "connectors.listen": async ({ at }, signal) => {
      if (at !== null) {
        const { addresses } = await gateway.call("addresses", {}, signal);
        const found = addresses.find(({ address }) => address === at.address);
        if (found === undefined || !found.allowed) {
          const why =
            found === undefined ? "It is none of this machine's private addresses." : `It is ${found.reason}.`;
          const allowed = addresses.filter((one) => one.allowed).map(({ address }) => address);
          throw refusedBy(at.address, `${why} There are: ${allowed.join(", ") || "none"}.`);
        }
      }
      await perimeter.change(
        {
          ...{ action: "perimeter.change", actor: person(), subject: "listener" },
          facts: { change: "listen", address: at?.address ?? null, port: at?.port ?? null },
        },
        (now) => ({ ...now, listener: at }),
        { closes: at === null },
      );
      return await view();
    },
    "connectors.enrol": async ({ name }) => {
      const before = await perimeter.file.read();
      requireFree(name, before, perimeter);
      requireListener(before);
      const expiresAt = new Date(Date.now() + codeMs).toISOString();
      const secret = randomBytes(20).toString("hex");
      // Whoever has given out a code can be reached until it is used, also from the command line.
      gateway.keep();
      const list = await perimeter.change(
        {
          ...{ action: "connector.enrol", actor: person(), subject: name },
          facts: { step: "code", expiresAt },
        },
        (now) => {
          requireFree(name, now, perimeter);
          requireListener(now);
          return { ...now, enrolments: [...now.enrolments, { name, secret, expiresAt }] };
        },
        { refusedAs: "listener" },
      );
      const { fingerprint } = gateway.listening ?? (await gateway.call("identity", {}));
      const code = makeCode({ ...requireListener(list), fingerprint, secret });
      return { code, expiresAt, command: `indoors connector enrol ${code}` };
    },
    "connectors.revoke": async ({ name }) => {
      const now = await perimeter.file.read();
      const connector = now.connectors.find((one) => one.name === name && one.revokedAt === null);
      const pending = now.enrolments.some((one) => one.name === name);
      if (connector === undefined && !pending) {
        const names = now.connectors.filter(({ revokedAt }) => revokedAt === null).map((one) => one.name);
        throw new IndoorsError(
          "not-found",
          `No connector is called '${name}'. There are: ${names.join(", ") || "none"}.`,
        );
      }
      const revokedAt = new Date().toISOString();
      await perimeter.change(
        {
          ...{ action: "connector.revoke", actor: person(), subject: name },
          facts: connector === undefined ? { step: "code" } : { certificate: connector.certificate },
        },
        (list) => ({
          ...list,
          enrolments: list.enrolments.filter((one) => one.name !== name),
          connectors: list.connectors.map((one) => (one.name === name ? { ...one, revokedAt } : one)),
        }),
        { closes: true },
      );
      return await view();
    },
  };
}

function requireListener({ listener }: PerimeterFile): ListenAt {
  if (listener !== null) return listener;
  throw new IndoorsError(
    "input.invalid",
    "No connector can dial in, since nothing listens. Turn the listener on first, at one private address.",
  );
}
