import type { ApprovalRequest } from "../../shared/approval.ts";
import { readApprover } from "../approver.ts";
import type { CommandContext } from "../command.ts";
import { processTerminal } from "../terminal.ts";

/** A process that is asked, as `indoors ask` is: argv is the value of --approve and the requests as JSON. */
const [, , approve = "", requests = "[]"] = process.argv;
const context = { text: () => (approve === "" ? undefined : approve), terminal: processTerminal(false) };
const approver = await readApprover(context as unknown as CommandContext);
for (const request of JSON.parse(requests) as ApprovalRequest[]) {
  const answer = await approver.answer(request, new AbortController().signal);
  process.stdout.write(`${JSON.stringify(answer)}\n`);
}
approver.dispose();
