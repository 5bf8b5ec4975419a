// Ten questions to the agent over a folder of documents: does it find and read the right file, and does the answer hold
// what stands there? node src/verify/ask-documents.ts --grant FOLDER [--model NAME] [--data DIR] [--json]
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { RunView } from "../shared/host-contract.ts";
import type { ToolCall } from "../shared/tool.ts";
import { runIndoors } from "./run-indoors.ts";

/** Written for the documents that the tests use (markitdown, ocrmypdf and tesseract samples): which file holds the answer, and a word the answer must have. */
const questions = [
  {
    question: "Who was the cashier on the retail purchase receipt?",
    file: "expected_RECEIPT",
    answer: /Emily|Rodriguez/i,
  },
  { question: "Which make is the vehicle in the repair estimate?", file: "expected_REPAIR", answer: /Jeep/i },
  {
    question: "Who prepared the inventory report with the borderless table?",
    file: "expected_SPARSE",
    answer: /Martinez/i,
  },
  {
    question: "Which cinema is the movie theater booking for?",
    file: "expected_movie-theater",
    answer: /Starlight|Downtown/i,
  },
  { question: "What does the phototest text say about the brown dog?", file: "phototest", answer: /jump|fox/i },
  { question: "How many tracks does the LinnSequencer record?", file: "linn.txt", answer: /32/ },
  { question: "In whose test suite are the ocrmypdf files used?", file: "README.rst", answer: /OCRmyPDF/i },
  { question: "Which file mentions the lazy fox?", file: "phototest", answer: /phototest/i },
  { question: "What is the policy number of Gabriel Diaz?", file: "expected_REPAIR", answer: /2022-555/ },
  {
    question: "On which day was the booking order of Starlight Cinemas printed?",
    file: "expected_movie-theater",
    answer: /12\/15\/2024|15 December|December 15/i,
  },
] as const;

const { values } = parseArgs({
  options: {
    grant: { type: "string" },
    model: { type: "string" },
    data: { type: "string" },
    json: { type: "boolean" },
  },
});
if (values.grant === undefined) throw new Error("Name the folder with the documents: --grant FOLDER");

const own = values.data === undefined ? mkdtempSync(join(tmpdir(), "indoors-ask-")) : null;
interface Result {
  readonly question: string;
  readonly file: string;
  readonly found: boolean;
  readonly read: boolean;
  readonly right: boolean;
  readonly wrote: string | null;
  readonly stopped: string | null;
  readonly calls: readonly ToolCall[];
  readonly seconds: number;
}
const results: Result[] = [];
for (const { question, file, answer } of questions) {
  const startedAt = performance.now();
  const model = values.model === undefined ? [] : ["--model", values.model];
  const data = values.data ?? own ?? "";
  const finished = await runIndoors(["ask", question, "--grant", values.grant, "--data", data, "--json", ...model]);
  const run = finished.stdout === "" ? null : (JSON.parse(finished.stdout) as { run: RunView }).run;
  const calls = (run?.steps ?? []).flatMap((step) => (step.kind === "call" ? [step.call] : []));
  const wrote = run?.steps.findLast((step) => step.kind === "answer")?.text ?? null;
  const found = (run?.steps ?? []).some(
    (step) => step.kind === "result" && step.outcome.ok && step.outcome.text.includes(file),
  );
  const read = calls.some((call) => call.tool === "read_file" && String(call.arguments["file"]).includes(file));
  // A right word in an answer that was not read anywhere is luck.
  const right = read && wrote !== null && answer.test(wrote);
  const stopped =
    run?.steps.findLast((step) => step.kind === "stopped")?.message ?? (run === null ? finished.stderr : null);
  results.push({
    question,
    file,
    found,
    read,
    right,
    wrote,
    stopped,
    calls,
    seconds: (performance.now() - startedAt) / 1000,
  });
  if (!values.json) {
    const made = calls.map((call) => `${call.tool}(${Object.values(call.arguments).join(", ")})`).join(" → ");
    console.log(
      `${found || read ? "found" : "MISSED"} ${read ? "read" : "not read"} ${right ? "right" : "WRONG"}  ${question}`,
    );
    console.log(`    ${made || "no call"}\n    ${wrote ?? stopped ?? ""}`);
  }
}
const count = (of: "found" | "read" | "right") => results.filter((result) => result[of]).length;
if (values.json)
  console.log(JSON.stringify({ found: count("found"), read: count("read"), right: count("right"), results }, null, 2));
else
  console.log(
    `found ${count("found")}, read ${count("read")}, answered rightly ${count("right")} of ${results.length}`,
  );
if (own !== null) rmSync(own, { recursive: true, force: true });
