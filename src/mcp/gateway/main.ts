import { messageOf } from "../../shared/errors.ts";
import { type MessagePeer, processChannel } from "../../shared/process-channel.ts";
import { openGateway } from "./gateway.ts";
import { openUsage } from "./usage.ts";

/** The gateway's process: `main FOLDER`, with a channel to whoever started it. `gatewayCommand` says how it is started. */
async function main(): Promise<void> {
  const folder = process.argv[2];
  if (process.send === undefined || folder === undefined) {
    process.stderr.write("The gateway is started by Indoors, with a channel and a folder. It has ended.\n");
    process.exitCode = 2;
    return;
  }
  const usage = await openUsage(folder);
  // From here to the end nothing waits: a message that nobody listens to yet would be lost.
  const channel = processChannel(process as MessagePeer);
  const gateway = openGateway({
    ...{ channel, folder, usage },
    onFault: (fault, where) => process.stderr.write(`${where}: ${(fault as Error)?.stack ?? messageOf(fault)}\n`),
  });
  channel.onClose(() => void gateway.dispose().finally(() => process.exit(0)));
}

await main();
