import { z } from "zod";
import { stdioChannel } from "../../shared/stdio-channel.ts";
import { ChildTransport } from "./child-transport.ts";
import { serveSession } from "./serve-session.ts";

/**
 * The entry of a session inside the sandbox: `mcpContract` on stdin and stdout, the server as a child. The first value
 * on the channel says which program that is; it may hold secrets of the server, so it is no argument, which other
 * users of the machine could see. Ends when the host or the server does.
 */
const serverCommand = z.strictObject({
  file: z.string(),
  args: z.array(z.string()),
  env: z.record(z.string(), z.string()),
  cwd: z.string(),
});

const channel = stdioChannel(process.stdin, process.stdout);
channel.onClose(() => setTimeout(() => process.exit(), 5000).unref());
const stop = channel.onMessage((value) => {
  stop();
  const { env, ...rest } = serverCommand.parse(value);
  // Where it may write for the moment, the sandbox knows.
  const command = { ...rest, env: { TMPDIR: process.env["TMPDIR"] ?? "/tmp", ...env } };
  const session = serveSession(channel, (_, log) => new ChildTransport(command, log), {
    onFault: (fault, where) => process.stderr.write(`${where}: ${String(fault)}\n`),
  });
  void session.ended.then(async () => {
    await session.dispose();
    process.exit();
  });
});
