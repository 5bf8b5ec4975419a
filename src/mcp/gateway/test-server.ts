import { connect } from "../../shared/contract.ts";
import { messageOf } from "../../shared/errors.ts";
import type { TestStep } from "../../shared/gateway-contract.ts";
import { mcpContract } from "../../shared/mcp-contract.ts";
import { memoryChannelPair } from "../../shared/memory-channel.ts";
import type { PerimeterServer } from "../../shared/perimeter.ts";
import { type Reach, serveSession } from "../session/serve-session.ts";
import { judgeAddress } from "./address.ts";
import { dial } from "./dial.ts";
import { readTarget } from "./target.ts";

/**
 * Goes to a listed server step by step, as a session would, up to its list of tools. The first step that fails is the
 * last one.
 * @param hasCredential whether there is one for it
 */
export async function testServer(
  server: PerimeterServer,
  hasCredential: () => Promise<boolean>,
  open: Reach,
  signal: AbortSignal,
): Promise<TestStep[]> {
  const steps: TestStep[] = [];
  const [here, there] = memoryChannelPair();
  const session = serveSession(there, open);
  const client = connect(here, mcpContract);
  const asked = { clientVersion: "test", elicitation: false, sampling: false };
  const todo: readonly (readonly [what: string, work: () => Promise<string>])[] = [
    [
      "The address is allowed",
      async () => {
        const { address } = readTarget(server);
        return `${address}: ${judgeAddress(address).reason}.`;
      },
    ],
    [
      "The server can be reached and is the listed one",
      async () => {
        const target = readTarget(server);
        (await dial(target, signal)).destroy();
        const where = `${target.address}:${target.port}`;
        if (target.certificate === null) return `${where} answers, without a certificate: it is on this machine.`;
        return `${where} shows the certificate ${target.certificate.slice(0, 16)}…, as listed.`;
      },
    ],
    [
      "Its credential is here",
      async () => {
        if (server.credentialHeader === null) return "It needs none.";
        if (!(await hasCredential())) throw new Error("It is not. Set it, or list the server without one.");
        return `It goes into the header ${server.credentialHeader}.`;
      },
    ],
    [
      "It speaks the protocol",
      async () => {
        const { name, version, protocolVersion } = await client.call("open", asked, { signal });
        return `It calls itself ${name} ${version} and speaks version ${protocolVersion}.`;
      },
    ],
    [
      "It lists its tools",
      async () => {
        const { tools } = await client.call("tools", {}, { signal });
        return tools.length === 1 ? "One tool." : `${tools.length} tools.`;
      },
    ],
  ];
  try {
    for (const [what, work] of todo) {
      try {
        steps.push({ what, ok: true, detail: await work() });
      } catch (fault) {
        signal.throwIfAborted();
        steps.push({ what, ok: false, detail: messageOf(fault) });
        break;
      }
    }
    return steps;
  } finally {
    await session.dispose();
    client.dispose();
    here.close();
  }
}
