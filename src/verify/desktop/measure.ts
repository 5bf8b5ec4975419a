// How quick and how large the desktop is: node src/verify/desktop/measure.ts [--rounds 3] [--idle 20] [--json]
// Opens the built desktop (npm run build) so many times on one data folder, each time asks its model two questions, and
// prints medians. Before them one start on the empty folder, which makes the database and the keys, is only timed.
// Playwright drives it, without a graphics card: on a person's screen it is rather quicker. A round takes minutes: the
// small model that comes with set-up writes each answer to its limit. Linux only.
import { readFileSync, rmSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import { join } from "node:path";
import { parseArgs } from "node:util";
import type { GenerationTiming } from "../../shared/run.ts";
import { listConversations } from "../../store/conversations.ts";
import { openStore } from "../../store/open-store.ts";
import { listRuns, listSteps } from "../../store/runs.ts";
import { canOpenDesktop } from "./needs-desktop.ts";
import { type Desktop, openDesktop, temporaryFolder } from "./open-desktop.ts";
import { memoryOf } from "./memory.ts";

const { values } = parseArgs({
  options: {
    rounds: { type: "string", default: "3" },
    idle: { type: "string", default: "20" },
    json: { type: "boolean", default: false },
  },
});
const rounds = Number(values.rounds);
const idleSeconds = Number(values.idle);
if (!(rounds >= 1) || !(idleSeconds >= 0)) throw new Error("--rounds and --idle are numbers: --rounds 3 --idle 20");
if (!canOpenDesktop) process.exit(1);

const questions = ["Say good morning in one short sentence.", "Say good night in one short sentence."] as const;
/** So long a question may take, in milliseconds: slow machines are measured too. */
const patience = 600_000;

/** Milliseconds since the process began, by what had happened then. */
type Start = Readonly<Record<(typeof moments)[number], number>>;
const moments = ["app-ready", "window-shown", "frame-drawn", "usable", "host-ready"] as const;

/** One question. Milliseconds since the click on Send. */
interface Asked {
  readonly model: string;
  readonly modelThere: number;
  readonly firstToken: number;
  /** Tools that were called before the answer. */
  readonly calls: number;
  /** Of the answer, by the engine. What was read to choose a tool before it is not in it. */
  readonly timing: GenerationTiming | undefined;
}

interface Round {
  readonly start: Start;
  /** Processes that held a model when all was ready. */
  readonly modelProcesses: number;
  /** MB, by part. */
  readonly memory: Readonly<Record<string, number>>;
  readonly cold: Asked;
  readonly warm: Asked;
}

const folder = temporaryFolder();

async function measure(round: number): Promise<Round> {
  const { desktop, start } = await openTimed(round);
  try {
    const modelProcesses = modelPids(desktop).length;
    await sleep(idleSeconds * 1000);
    const memory = memoryOf(desktop.pid, desktop.hostPid());
    await desktop.page.getByRole("link", { name: "Chat" }).click();
    const cold = await ask(desktop, questions[0]);
    // The control of the count above.
    if (modelPids(desktop).length === 0) throw new Error("the process of the model that answers was not found");
    const warm = await ask(desktop, questions[1]);
    const [first, second] = newestRuns();
    if (first === undefined || second === undefined) throw new Error("the questions were not stored");
    return { start, modelProcesses, memory, cold: { ...cold, ...first }, warm: { ...warm, ...second } };
  } finally {
    await desktop.close();
  }
}

/** Processes of engines: whoever holds a model is one. */
function modelPids(desktop: Desktop): number[] {
  return desktop.pidsOf(join("dist", "engines"));
}

/** Opens the desktop and clicks on a view as soon as there is one. */
async function openTimed(round: number): Promise<{ readonly desktop: Desktop; readonly start: Start }> {
  const marksFile = join(folder, `timing-${round}.jsonl`);
  const desktop = await openDesktop({ dataFolder: folder, env: { INDOORS_TIMING: marksFile }, timeout: 120_000 });
  try {
    const { page } = desktop;
    await page.getByRole("link", { name: "Recordings" }).click({ timeout: 120_000 });
    await page.getByRole("heading", { level: 1, name: "Recordings" }).waitFor({ timeout: 120_000 });
    const answered = Date.now();
    const began = await desktop.app.evaluate(() => process.getCreationTime() ?? Number.NaN);
    const usable = answered - began;
    const drawn = Number(await page.evaluate(firstPaint)) - began;
    const marks = await marksIn(marksFile);
    return { desktop, start: { ...marks, "frame-drawn": Math.round(drawn), usable: Math.round(usable) } as Start };
  } catch (error) {
    await desktop.close();
    throw error;
  }
}

/** When the page first drew something, which is its frame, in milliseconds since 1970. */
const firstPaint = `performance.timeOrigin + performance.getEntriesByName("first-contentful-paint")[0].startTime`;

/** What the shell wrote down, when the host was ready too. */
async function marksIn(path: string): Promise<Record<string, number>> {
  const end = performance.now() + 120_000;
  for (;;) {
    const lines = readFileSync(path, "utf8").trimEnd().split("\n");
    const marks = lines.map((line) => JSON.parse(line) as { mark: string; ms: number });
    if (marks.some(({ mark }) => mark === "host-ready"))
      return Object.fromEntries(marks.map(({ mark, ms }) => [mark, ms]));
    if (performance.now() > end) throw new Error("the host was not ready after two minutes");
    await sleep(100);
  }
}

/** Asks, and waits for the whole answer. @throws when there is none */
async function ask({ page }: Desktop, question: string): Promise<Pick<Asked, "modelThere" | "firstToken">> {
  await page.getByRole("textbox", { name: "Your question" }).fill(question);
  await page.evaluate(watchAnswer);
  await page.getByRole("button", { name: "Send" }).click();
  const times = (await page.evaluate("globalThis.answerShown")) as Record<"sent" | "modelThere" | "firstToken", number>;
  const { sent, modelThere, firstToken } = times;
  if (firstToken === undefined) throw new Error(`there was no answer to "${question}"`);
  await page.getByRole("button", { name: "Send" }).waitFor({ timeout: patience });
  return { modelThere: Math.round((modelThere ?? firstToken) - sent), firstToken: Math.round(firstToken - sent) };
}

/**
 * Notes in the page when Send was clicked, when the run said that the model reads (so it is loaded), and when the first
 * words of the answer were drawn; gives that when there is an answer, or the run has ended without one.
 */
const watchAnswer = `(() => {
  const times = {};
  const before = document.querySelectorAll("article h2").length;
  const mark = (name) => (times[name] ??= performance.now());
  addEventListener("click", () => mark("sent"), { capture: true, once: true });
  globalThis.answerShown = new Promise((resolve) => {
    const watch = new MutationObserver(() => {
      const run = [...document.querySelectorAll("article")].at(-1);
      if (run === undefined || document.querySelectorAll("article h2").length <= before) return;
      if (run.textContent.includes("The model reads")) mark("modelThere");
      const answered = [...run.querySelectorAll("[class*=answer]")].some((one) => one.textContent.trim() !== "");
      if (!answered && run.querySelector("footer") === null) return;
      watch.disconnect();
      requestAnimationFrame(() => {
        if (answered) mark("firstToken");
        resolve(times);
      });
    });
    watch.observe(document.body, { childList: true, characterData: true, subtree: true });
  });
})()`;

/** What was stored of the newest conversation's runs, in their order. */
function newestRuns(): Pick<Asked, "model" | "calls" | "timing">[] {
  const { reader, close } = openStore(join(folder, "indoors.sqlite"), { readonly: true });
  try {
    const newest = listConversations(reader)[0];
    if (newest === undefined) return [];
    return listRuns(reader, newest.id).map(({ id, model }) => {
      const steps = listSteps(reader, id).map(({ step }) => step);
      const timing = steps.find((step) => step.kind === "answer")?.timing;
      return { model, calls: steps.filter(({ kind }) => kind === "call").length, timing };
    });
  } finally {
    close();
  }
}

function inWords(report: { rounds: readonly Round[]; firstStart: Start; model: string }): string {
  const all = report.rounds;
  const line = (name: string, of: (round: Round) => number | undefined, unit: string, more = "") => {
    const numbers = all.map(of).filter((number) => number !== undefined);
    const each = numbers.length > 1 ? `  (${numbers.join(", ")})` : "";
    return `  ${name.padEnd(34)}${String(median(numbers)).padStart(7)} ${unit}${each}${more}`;
  };
  const parts = [...new Set(all.flatMap(({ memory }) => Object.keys(memory)))];
  const holding = all.reduce((sum, { modelProcesses }) => sum + modelProcesses, 0);
  const asked = (name: string, of: (round: Round) => Asked) => [
    line(`${name}: the first token is shown`, (round) => of(round).firstToken, "ms"),
    line("  of it, until the model was there", (round) => of(round).modelThere, "ms"),
    line("  of it, the answer alone", (round) => rounded(of(round).timing?.firstTokenMs), "ms"),
    line("  tools called before it", (round) => of(round).calls, "calls"),
    line("  tokens of the prompt", (round) => of(round).timing?.promptTokens, "tokens"),
    line("  of them evaluated anew", (round) => of(round).timing?.evaluatedTokens, "tokens"),
  ];
  return [
    `Start, since the process began: the median of ${all.length}`,
    ...moments.map((moment) =>
      line(moment, ({ start }) => start[moment], "ms", `  first start: ${report.firstStart[moment]}`),
    ),
    `  processes that hold a model then: ${holding === 0 ? "none" : holding}`,
    `Memory after ${idleSeconds} s without a hand on it (PSS)`,
    ...parts.map((part) => line(part, ({ memory }) => memory[part], "MB")),
    line("all", ({ memory }) => Object.values(memory).reduce((sum, part) => sum + part, 0), "MB"),
    `From the click on Send, with ${report.model}`,
    ...asked("cold", ({ cold }) => cold),
    ...asked("warm", ({ warm }) => warm),
  ].join("\n");
}

function median(numbers: readonly number[]): number {
  const sorted = numbers.toSorted((a, b) => a - b);
  return sorted[Math.floor((sorted.length - 1) / 2)] ?? Number.NaN;
}

function rounded(ms: number | undefined): number | undefined {
  return ms === undefined ? undefined : Math.round(ms);
}

try {
  const { desktop: first, start: firstStart } = await openTimed(0);
  await first.close();
  const measured: Round[] = [];
  for (let round = 1; round <= rounds; round++) measured.push(await measure(round));
  const report = { rounds: measured, firstStart, model: measured[0]?.cold.model ?? "no model" };
  console.log(values.json ? JSON.stringify(report, null, 2) : inWords(report));
} finally {
  rmSync(folder, { recursive: true, force: true });
}
