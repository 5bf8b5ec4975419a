import { mkdir, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { firstAgent } from "../shared/agent.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import type { RunView } from "../shared/host-contract.ts";
import { readGrants } from "../host/grant-world.ts";
import { noApprover } from "./approver.ts";
import { askAgent } from "./ask.ts";
import type { Command, CommandContext, HostClient } from "./command.ts";
import { printReadiness } from "./doctor.ts";
import { exitCodes } from "./exit-codes.ts";
import { bar } from "./terminal.ts";
import { waitForJob } from "./wait-for-job.ts";
import { durationInWords, placeInWords } from "./words.ts";

const sampleName = "apollo-13";
const starterName = "tinyllama";

/**
 * `indoors tour`: the main job on the sample recording, once through. What is printed is what the models really said;
 * where the starter model does badly, the tour shows that and says why.
 */
export const tour: Command = {
  summary: "the main job once through on the sample recording",
  usage: "tour [--json]",
  options: {},
  async run(context) {
    const { terminal } = context;
    const host = await context.host();

    heading("1. What works on this machine", context);
    const readiness = await host.call("readiness.report", { measure: "once" }, context);
    printReadiness(readiness, context);
    const { models } = await host.call("models.list", {});
    const sample = models.find(({ model, state }) => model.name === sampleName && state !== "missing");
    if (sample === undefined) {
      throw new IndoorsError(
        "model.missing",
        "The sample recording is not here. Run: npm run -s indoors -- models fetch",
      );
    }

    heading("2. Speech to text: 30 seconds of Apollo 13 (NASA, public domain)", context);
    const startedAt = performance.now();
    const started = await host.call(
      "transcriptions.start",
      {
        path: sample.model.path,
        model: null,
        engine: "transcribe-cpp",
        language: "auto",
        vocabulary: [],
        device: "auto",
        again: false,
      },
      context,
    );
    await waitForJob(host, started.jobId, context, ({ job }) => {
      const share = job.progress.total > 0 ? job.progress.done / job.progress.total : 0;
      terminal.progress(`${bar(share)} transcribing`);
    });
    const transcript = await host.call("transcripts.get", { id: started.transcriptId });
    const tookMs = performance.now() - startedAt;
    for (const segment of transcript.segments) terminal.print(`[${placeInWords(segment.startMs)}] ${segment.text}`);
    terminal.print(
      `(${durationInWords(transcript.durationMs ?? 0)} of audio in ${durationInWords(tookMs)}, ` +
        `${transcript.origin.modelName} on ${transcript.origin.device}, ${transcript.origin.threads} threads. ` +
        "A noisy radio recording: mistakes in it are the model's own.)",
    );

    heading("3. Asking the agent, which must use a tool", context);
    const folder = await writeTourFolder(host, transcript.id, context);
    const runs: RunView[] = [];
    const questions = [
      { question: "What is said about the voltage in the transcript?", grants: [] },
      { question: "Which crew member is named in the file mission-notes.txt?", grants: await readGrants([folder]) },
    ];
    for (const { question, grants } of questions) {
      try {
        runs.push(
          ...(await askAgent(host, { question, agent: firstAgent, model: null, grants }, context, noApprover(context))),
        );
      } catch (error) {
        if (context.signal.aborted) throw error;
        terminal.print(`The agent could not run: ${messageOf(error)}`);
      }
      terminal.print();
    }
    if (runs.some((run) => run.model === starterName)) {
      terminal.print(
        `These answers come from the starter model (${starterName}, 1.1 billion weights of about 2 bits). It shows that the ` +
          "loop works on a real model; it often chooses or words things badly. For work, import a better one from a stick: " +
          "npm run -s indoors -- models import FILE.gguf",
      );
    }

    heading("4. Where everything is", context);
    terminal.print(`Conversations, transcripts, jobs:  ${join(context.dataFolder, "indoors.sqlite")}`);
    terminal.print(`Imported models:                   ${join(context.dataFolder, "models")}`);
    terminal.print(`Files of this tour:                ${folder}`);
    terminal.print(`What was done, on record:          ${join(context.dataFolder, "audit")} (indoors audit list)`);
    terminal.print(`What the agent may do:             ${join(context.dataFolder, "policy.json")}`);
    terminal.print(`Local log:                         ${join(context.dataFolder, "indoors.log")}`);
    terminal.print("Nothing was sent anywhere.");
    terminal.document({ readiness, transcript, runs, dataFolder: context.dataFolder, folder });
    const answered = runs.length === questions.length && runs.every((run) => run.status === "done");
    return transcript.segments.length === 0 ? exitCodes.input : answered ? exitCodes.ok : exitCodes.noAnswer;
  },
};

function heading(text: string, { terminal }: CommandContext): void {
  terminal.print();
  terminal.print(`── ${text} ${"─".repeat(Math.max(3, 74 - text.length))}`);
  terminal.print();
}

async function writeTourFolder(host: HostClient, transcriptId: string, context: CommandContext): Promise<string> {
  // Beside the data folder: what lies in it is never granted.
  const folder = `${context.dataFolder}-tour`;
  await mkdir(folder, { recursive: true });
  const { text } = await host.call("transcripts.export", { id: transcriptId, format: "txt" });
  await writeFile(join(folder, "apollo-13-transcript.txt"), text);
  await writeFile(
    join(folder, "mission-notes.txt"),
    "Mission notes\n\nThe crew member who reported the problem is Jack Swigert, command module pilot.\nThe call was made on 13 April 1970.\n",
  );
  await writeFile(join(folder, "shopping-list.txt"), "Coffee\nPrinter paper\nTwo boxes of envelopes\n");
  return folder;
}
