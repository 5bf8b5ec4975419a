import { type JSONRPCMessage, InitializeResultSchema, JSONRPCMessageSchema } from "@modelcontextprotocol/sdk/types.js";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import { isLoopback } from "../gateway/address.ts";
import { HttpTransport } from "../gateway/http-transport.ts";
import { readTarget, type Target } from "../gateway/target.ts";
import { tunnelLimits } from "../gateway/tunnel-contract.ts";
import type { LocalSession, OpenLocal } from "./local-session.ts";

/** One call may not be longer than the wire takes. Calls are counted on the appliance. */
const budget = {
  callsPerHour: Number.MAX_SAFE_INTEGER,
  bytesPerCall: tunnelLimits.longestLine,
  bytesPerDay: Number.MAX_SAFE_INTEGER,
};

/**
 * Reads `--url`. @throws IndoorsError `perimeter.refused` for anything but a loopback address: a connector carries one
 * machine's own server, it is no way into that machine's network.
 */
export function readLoopbackUrl(text: string): Target {
  const address = URL.parse(text)?.hostname.replaceAll(/^\[|\]$/g, "") ?? "";
  if (text.startsWith("http://") && isLoopback(address)) {
    const entry = { name: "local", url: text, address, certificate: null, credentialHeader: null };
    return readTarget({ ...entry, budget, addedAt: "", addedBy: "" });
  }
  throw new IndoorsError(
    "perimeter.refused",
    `The connector does not serve ${text}. Only a server on this machine's loopback is served, ` +
      "written as an address: http://127.0.0.1:3000/mcp or http://[::1]:3000/mcp.",
    { reason: "address" },
  );
}

/**
 * A streamable HTTP server on this machine's loopback: one MCP session with it for each session of the tunnel, over the
 * transport of the gateway. It follows no redirect and knows no proxy.
 */
export function loopbackServer(target: Target): OpenLocal {
  return ({ message, ended }): LocalSession => {
    const cut = new AbortController();
    const transport = new HttpTransport({
      target,
      account: { budget, call: () => {}, bytes: () => {} },
      credential: () => Promise.resolve(null),
      onCrossed: () => {},
      signal: cut.signal,
    });
    let over = false;
    const end = (reason: string) => {
      if (over) return;
      over = true;
      cut.abort(new IndoorsError("channel.closed"));
      ended(reason);
    };
    Object.assign(transport, {
      onmessage(value: JSONRPCMessage) {
        // The client on the appliance agrees on a version; the headers of what follows must name it.
        const agreed = "result" in value ? InitializeResultSchema.safeParse(value.result) : undefined;
        if (agreed?.success) transport.setProtocolVersion(agreed.data.protocolVersion);
        if (!over) message(value);
      },
      onclose: () => end("The server closed the session."),
    });
    const started = transport.start();
    return {
      send(value) {
        const parsed = JSONRPCMessageSchema.safeParse(value);
        if (over || !parsed.success) return;
        started
          .then(() => transport.send(parsed.data))
          .catch((thrown: unknown) => {
            if (thrown instanceof IndoorsError && thrown.code === "cancelled") return;
            end(`The server at ${target.address} failed. ${messageOf(thrown)}`);
          });
      },
      async dispose() {
        over = true;
        await transport.close();
        cut.abort(new IndoorsError("channel.closed"));
      },
    };
  };
}
