import { checkArguments } from "../shared/argument-schema.ts";
import { connect, serve } from "../shared/contract.ts";
import { IndoorsError } from "../shared/errors.ts";
import { stdioChannel, type TextSink } from "../shared/stdio-channel.ts";
import type { ToolOutcome } from "../shared/tool.ts";
import { brokerContract, toolContract } from "../shared/tool-contract.ts";
import type { ToolDefinition } from "./definition.ts";

/**
 * The worker's side: answers one `run` over stdin and stdout with one of these tools, and lets the process end. Ends it
 * at once when the host is gone.
 */
export function serveOneCall(tools: readonly ToolDefinition[]): void {
  const channel = stdioChannel(process.stdin, claimStdout());
  const broker = connect(channel, brokerContract, { onFault });
  let used = false;
  let answered = false;
  serve(
    channel,
    toolContract,
    {
      async run({ call, grants, today }, signal): Promise<ToolOutcome> {
        if (used) throw new IndoorsError("tool.denied", "This worker has had its call. Start another one.");
        used = true;
        try {
          const tool = tools.find((one) => one.spec.name === call.tool);
          if (tool === undefined) throw new IndoorsError("not-found", `There is no tool '${call.tool}'.`);
          const checked = checkArguments(tool.spec.arguments, call.arguments);
          if (!checked.ok) throw new IndoorsError("input.invalid", `${call.tool} was not run: ${checked.message}`);
          return await tool.run(checked.arguments, { grants, broker, today, signal });
        } catch (error) {
          if (!(error instanceof IndoorsError) || error.code === "cancelled") throw error;
          return { ok: false, code: error.code, text: error.message };
        } finally {
          // Sent when this has returned, and then written out: with stdin gone the process ends by itself after that.
          answered = true;
          setImmediate(() => process.stdin.destroy());
        }
      },
    },
    { onFault },
  );
  channel.onClose(() => {
    if (!answered) process.exit();
  });
}

/** The host keeps stderr as a log. */
function onFault(fault: unknown): void {
  process.stderr.write(`${fault instanceof Error ? fault.stack : String(fault)}\n`);
}

/** Gives stdout to the channel alone: what anything else prints there goes to stderr, which the host keeps as a log. */
function claimStdout(): TextSink {
  const { stdout, stderr } = process;
  const write = stdout.write.bind(stdout);
  stdout.write = stderr.write.bind(stderr);
  return {
    write: (text) => write(text),
    end: () => {},
    on: (event, listener) => stdout.on(event, listener),
  };
}
