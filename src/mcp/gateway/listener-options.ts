import type { Payload } from "../../shared/contract.ts";
import type { gatewayContract, JudgedAddress } from "../../shared/gateway-contract.ts";
import type { ConnectorEntry, Enrolment, ListenAt } from "../../shared/perimeter.ts";
import type { Identity } from "./certificate.ts";
import type { GateLimits } from "./listener-gate.ts";
import type { TunnelTransport } from "./tunnel-transport.ts";

export type Crossing = Payload<typeof gatewayContract, "crossed">;
export type ConnectorState = Payload<typeof gatewayContract, "connector">;

export interface ListenerOptions {
  /** Port 0: any free one. */
  readonly at: ListenAt;
  readonly identity: Identity;
  readonly connectors: readonly ConnectorEntry[];
  readonly enrolments: readonly Enrolment[];
  readonly judge: (address: string) => JudgedAddress;
  /** Writes an enrolled connector down. Rejects when the code was used meanwhile. */
  readonly onEnrolled: (name: string, certificate: string) => Promise<void>;
  readonly onConnector: (state: ConnectorState) => void;
  readonly onCrossed: (crossing: Crossing) => void;
  readonly limits?: Partial<ListenerLimits>;
}

export interface ListenerLimits extends GateLimits {
  /** From the first byte until it is clear who it is. */
  readonly identifyMs: number;
  /** A wrong code is answered after this. */
  readonly refusalDelayMs: number;
  readonly heartbeatMs: number | undefined;
}

/** Where enrolled connectors dial in. */
export interface Listener {
  readonly address: string;
  readonly port: number;
  readonly fingerprint: string;
  /** Replaces who may dial in. Who no longer may is cut off at once. */
  update(lists: { readonly connectors: readonly ConnectorEntry[]; readonly enrolments: readonly Enrolment[] }): void;
  /** A new MCP session with a connector's server. @throws IndoorsError `perimeter.unreachable` when it is not connected */
  session(name: string): TunnelTransport;
  connected(): readonly { readonly name: string; readonly address: string }[];
  /** Cuts all off and stops listening. */
  dispose(): Promise<void>;
}
