import type { PerimeterView } from "../../shared/host-contract.ts";
import { messageOf } from "../../shared/errors.ts";
import type { Perimeter } from "./perimeter.ts";

/** Every opening, as people see it. What the gateway counted is asked of it only while it runs. */
export async function perimeterView(perimeter: Perimeter, onLog: (line: string) => void): Promise<PerimeterView> {
  const { gateway, connected } = perimeter;
  const { list, fault } = await perimeter.now();
  const counted =
    gateway.state === "running" && list.servers.length > 0
      ? await gateway.call("usage", {}).catch((error: unknown) => {
          onLog(`what crossed today is not known: ${messageOf(error)}`);
          return { servers: [] };
        })
      : { servers: [] };
  const { state } = gateway;
  return {
    ...{ path: perimeter.file.path, fault, gateway: state, gatewayFault: gateway.fault },
    servers: list.servers.map((server) => {
      const {
        callsToday = 0,
        bytesToday = 0,
        hasCredential = server.credentialHeader !== null,
      } = counted.servers.find(({ name }) => name === server.name) ?? {};
      return { ...server, hasCredential, callsToday, bytesToday };
    }),
    listener: list.listener,
    fingerprint: gateway.listening?.fingerprint ?? null,
    connectors: list.connectors.map((connector) => {
      const address = connected.get(connector.name) ?? null;
      return { ...connector, connected: address !== null, address };
    }),
    enrolments: list.enrolments
      .filter(({ expiresAt }) => Date.parse(expiresAt) > Date.now())
      .map(({ name, expiresAt }) => ({ name, expiresAt })),
  };
}
