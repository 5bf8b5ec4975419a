import type { Implementation } from "../../shared/contract.ts";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import type { hostContract } from "../../shared/host-contract.ts";
import { defaultBudget, type PerimeterFile, type PerimeterServer } from "../../shared/perimeter.ts";
import { person } from "../audit.ts";
import type { AuditLog } from "../audit-log.ts";
import { audited } from "../audited.ts";
import { type Perimeter, refusedBy } from "./perimeter.ts";
import { perimeterView } from "./perimeter-view.ts";

type PerimeterMethod = Extract<keyof typeof hostContract.methods, `perimeter.${string}`>;

/** Names of HTTP headers that a credential may be in. Those that steer the connection are none of it. */
const headerName = /^[A-Za-z][A-Za-z0-9-]{0,63}$/;
const steering =
  /^(?:host|connection|content-.*|transfer-.*|cookie|expect|te|trailer|upgrade|accept.*|mcp-.*|proxy-.*)$/i;

/** The part of the host's contract that is about private addresses. */
export function perimeterMethods(
  perimeter: Perimeter,
  audit: AuditLog,
  onLog: (line: string) => void,
): Pick<Implementation<typeof hostContract>, PerimeterMethod> {
  const { gateway } = perimeter;
  const view = () => perimeterView(perimeter, onLog);

  /** A look goes out of the building, so it is a row, too. */
  const examine = (url: string, signal: AbortSignal) =>
    audited(
      audit,
      {
        ...{ action: "perimeter.cross", actor: person(), runId: null, subject: hostOf(url) },
        ...{ facts: { what: "examine" }, content: { url } },
      },
      () => gateway.call("examine", { url }, signal),
      ({ host, port, addresses, certificate, fault }) => ({
        ...{ host, port, addresses: addresses.map(({ address }) => address).join(",") },
        ...{ certificate: certificate?.fingerprint ?? null, ok: fault === null },
      }),
    );

  return {
    "perimeter.get": view,
    "perimeter.examine": ({ url }, signal) => examine(url, signal),
    "perimeter.add": async ({ name, url, address, certificate, credential, budget }, signal) => {
      requireFree(name, await perimeter.file.read(), perimeter);
      if (credential !== null) requireHeader(credential.header);
      const seen = await examine(url, signal);
      if (seen.fault !== null) throw refusedBy(name, seen.fault);
      if (!seen.addresses.some((judged) => judged.address === address && judged.allowed)) {
        const found = seen.addresses.map((judged) => judged.address).join(", ");
        throw refusedBy(name, `${address} is not an address of ${seen.host}: that is at ${found}.`);
      }
      const shown = seen.certificate?.fingerprint ?? null;
      if (shown !== certificate) {
        const other = shown === null ? "no certificate" : `another certificate: ${shown}`;
        throw refusedBy(name, `It shows ${other}. Compare it with the one that its administrator knows.`);
      }
      const server: PerimeterServer = {
        ...{ name, url, address, certificate, credentialHeader: credential?.header ?? null },
        ...{ budget: budget ?? defaultBudget, addedAt: new Date().toISOString(), addedBy: person().name },
      };
      // First: a list that holds never speaks of a credential that is not there.
      if (credential !== null) await gateway.call("setCredential", { name, secret: credential.secret }, signal);
      try {
        await perimeter.change(
          {
            ...{ action: "perimeter.change", actor: person(), subject: name },
            facts: {
              ...{ change: "add", host: seen.host, port: seen.port, address, certificate },
              credentialHeader: server.credentialHeader,
              ...server.budget,
            },
            content: { url },
          },
          (now) => {
            requireFree(name, now, perimeter);
            return { ...now, servers: [...now.servers, server] };
          },
        );
      } catch (error) {
        if (credential !== null) await gateway.call("setCredential", { name, secret: null }).catch(() => {});
        throw error;
      }
      return await view();
    },
    "perimeter.remove": async ({ name }) => {
      const listed = requireListed(name, await perimeter.file.read());
      if (listed.credentialHeader !== null) {
        // Also when the gateway cannot be started: an opening can always be closed.
        await gateway.call("setCredential", { name, secret: null }).catch((error: unknown) => {
          onLog(`the credential of ${name} stays in the gateway's folder: ${messageOf(error)}`);
        });
      }
      await perimeter.change(
        {
          ...{ action: "perimeter.change", actor: person(), subject: name },
          facts: { change: "remove", address: listed.address, certificate: listed.certificate },
          content: { url: listed.url },
        },
        (now) => {
          requireListed(name, now);
          return { ...now, servers: now.servers.filter((server) => server.name !== name) };
        },
        { closes: true },
      );
      return await view();
    },
    "perimeter.test": async ({ name }, signal) => {
      requireListed(name, await perimeter.file.read());
      await perimeter.refresh();
      return await gateway.call("test", { name }, signal);
    },
  };
}

/** @throws IndoorsError `input.invalid` when something is called that already */
export function requireFree(name: string, list: PerimeterFile, { servers }: Pick<Perimeter, "servers">): void {
  const revoked = list.connectors.find((one) => one.name === name && one.revokedAt !== null);
  if (revoked !== undefined) {
    throw new IndoorsError("input.invalid", `${name} is the name of a connector that was revoked. Choose another one.`);
  }
  const listed = [...list.servers, ...list.connectors, ...list.enrolments].some((one) => one.name === name);
  if (listed || servers.list().some((server) => server.name === name)) {
    throw new IndoorsError("input.invalid", `There is a server '${name}' already. Choose another name.`);
  }
}

function requireListed(name: string, { servers }: PerimeterFile): PerimeterServer {
  const found = servers.find((server) => server.name === name);
  if (found !== undefined) return found;
  const names = servers.map((server) => server.name).join(", ");
  throw new IndoorsError("not-found", `No private server is called '${name}'. Listed: ${names || "none"}.`);
}

function requireHeader(header: string): void {
  if (headerName.test(header) && !steering.test(header)) return;
  throw new IndoorsError(
    "input.invalid",
    `A credential cannot be in the header '${header}'. Use Authorization, or one of the server's own such as X-Api-Key.`,
  );
}

function hostOf(url: string): string {
  return URL.parse(url)?.host ?? "unknown";
}
