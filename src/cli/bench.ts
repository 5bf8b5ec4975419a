import { join, resolve } from "node:path";
import { runBfcl } from "../host/bench/bfcl.ts";
import { benchLlm } from "../host/bench/bench-llm.ts";
import { benchSpeech } from "../host/bench/bench-speech.ts";
import { benchTools } from "../host/bench/bench-tools.ts";
import { findFfmpeg } from "../host/find-ffmpeg.ts";
import { LlmEngine } from "../host/llm-engine.ts";
import type { Host } from "../host/host.ts";
import { type Command, type CommandContext, UsageError } from "./command.ts";
import { exitCodes } from "./exit-codes.ts";
import { bar } from "./terminal.ts";
import { durationInWords } from "./words.ts";

/** `indoors bench`: figures of this machine. A figure in the docs names one of these commands. */
export const bench: Command = {
  summary: "measure this machine: speech, llm, agent, tools",
  usage:
    "bench speech [RECORDING] [--model NAME] [--rounds N] [--json]\n" +
    "bench llm [--model NAME] [--json]\n" +
    "bench agent --cases FOLDER [--model NAME] [--limit N] [--seed N] [--json]\n" +
    "bench tools [--rounds N] [--json]",
  options: {
    model: { type: "string" },
    rounds: { type: "string" },
    cases: { type: "string" },
    limit: { type: "string" },
    seed: { type: "string" },
  },
  async run(context) {
    const [what, argument] = context.positionals;
    const host = await context.parts();
    switch (what) {
      case "speech":
        return await speech(host, argument, context);
      case "llm":
        return await llm(host, context);
      case "agent":
        return await agent(host, context);
      case "tools":
        return await tools(host, context);
      default:
        throw new UsageError(what === undefined ? "Say what to measure." : `'bench ${what}' is not a command.`);
    }
  },
};

async function speech(host: Host, recording: string | undefined, context: CommandContext): Promise<number> {
  const { terminal, signal } = context;
  const model = await host.library.choose("speech", context.text("model") ?? null);
  const voiceModel = await host.library.choose("voice-activity", null);
  for (const one of [model, voiceModel]) await host.library.ensureUnchanged(one, signal);
  const sample = host.library.all().find(({ role }) => role === "sample");
  const path = recording === undefined ? sample?.path : resolve(recording);
  if (path === undefined) throw new UsageError("Name a recording.");
  const { threads } = await host.speechFacts("transcribe-cpp", model, "cpu");
  const report = await benchSpeech({
    recording: path,
    model,
    voiceModelPath: voiceModel.path,
    threads,
    rounds: count(context, "rounds", 3),
    nodePath: host.files.nodePath,
    enginesFolder: host.files.enginesFolder,
    ffmpegPath: findFfmpeg(),
    onLog: (line) => host.log(line),
    onProgress: (phase) => terminal.progress(`measuring ${phase}`),
    signal,
  });
  terminal.print(
    `${report.audioSeconds.toFixed(1)} s of ${report.recording}, ${report.model}, ${report.threads} threads on ${report.cpu}`,
  );
  for (const run of report.runs) {
    const all = run.seconds.map((seconds) => seconds.toFixed(2)).join(", ");
    terminal.print(`${run.what.padEnd(18)} real-time factor ${run.realTimeFactor.toFixed(3)}  (${all} s; ${run.note})`);
  }
  terminal.document(report);
  return exitCodes.ok;
}

async function llm(host: Host, context: CommandContext): Promise<number> {
  const { terminal, signal } = context;
  const model = await host.library.choose("chat", context.text("model") ?? null);
  await host.library.ensureUnchanged(model, signal);
  const { threads } = await host.llmFacts(model, "auto");
  const report = await benchLlm({
    model,
    threads,
    nodePath: host.files.nodePath,
    onLog: (line) => host.log(line),
    onProgress: (phase) => terminal.progress(`measuring ${phase}`),
    signal,
  });
  terminal.print(
    `${report.model} on ${report.device}, ${report.cpu}, loaded in ${(report.loadMs / 1000).toFixed(2)} s`,
  );
  for (const run of report.threads) {
    terminal.print(
      `${String(run.threads).padStart(3)} threads: prompt ${run.promptTokensPerSecond.toFixed(1)} tokens/s, generation ${run.generatedTokensPerSecond.toFixed(1)} tokens/s`,
    );
  }
  const { firstToken } = report;
  terminal.print(
    `First token, cold: ${(firstToken.coldMs / 1000).toFixed(2)} s for ${firstToken.coldPromptTokens} prompt tokens`,
  );
  terminal.print(
    `First token, second turn: ${(firstToken.secondTurnMs / 1000).toFixed(2)} s; ${firstToken.secondTurnEvaluatedTokens} of ${firstToken.secondTurnPromptTokens} prompt tokens were new`,
  );
  terminal.document(report);
  return exitCodes.ok;
}

async function agent(host: Host, context: CommandContext): Promise<number> {
  const { terminal, signal } = context;
  const cases = context.text("cases");
  if (cases === undefined) throw new UsageError("Name the folder with the cases of BFCL: --cases FOLDER.");
  const model = await host.library.choose("chat", context.text("model") ?? null);
  await host.library.ensureUnchanged(model, signal);
  const { threads } = await host.llmFacts(model, "auto");
  const engine = await LlmEngine.open({
    model,
    device: "auto",
    threads,
    contextTokens: 2048,
    nodePath: host.files.nodePath,
    onLog: (line) => host.log(line),
    onNotice: (line) => terminal.say(line),
  });
  try {
    const startedAt = performance.now();
    const report = await runBfcl({
      casesFolder: resolve(cases),
      model: engine,
      limit: count(context, "limit", 10),
      seed: count(context, "seed", 1),
      onProgress: (done, total) => {
        const left = ((performance.now() - startedAt) / done) * (total - done);
        terminal.progress(`${bar(done / total)} ${done} of ${total} cases · ${durationInWords(left)} left`);
      },
      signal,
    });
    for (const [way, score] of Object.entries(report.ways)) {
      const { name, nameAndArguments, noCall } = score;
      terminal.print(
        `${way.padEnd(22)} name ${name.right}/${name.of}, name and arguments ${nameAndArguments.right}/${nameAndArguments.of}, ` +
          `no call when none is right ${noCall.right}/${noCall.of}, malformed ${score.malformed}, ${durationInWords(score.milliseconds)}`,
      );
    }
    const { name, noCall } = report.wordsAlone;
    terminal.print(
      `${"words alone, no model".padEnd(22)} name ${name.right}/${name.of}, no call when none is right ${noCall.right}/${noCall.of}`,
    );
    terminal.document({ model: model.name, modelSha256: model.sha256, threads, ...report });
    return exitCodes.ok;
  } finally {
    await engine.dispose();
  }
}

async function tools(host: Host, context: CommandContext): Promise<number> {
  const { terminal, signal } = context;
  const rounds = count(context, "rounds", 20);
  const report = await benchTools({
    nodePath: host.files.nodePath,
    sealPath: host.files.sealPath,
    codeFolder: join(host.data.tools, "code"),
    rounds,
    onLog: (line) => host.log(line),
    onProgress: (round) => terminal.progress(`round ${round} of ${rounds}`),
    signal,
  });
  terminal.print(`${report.rounds} rounds, sandbox level ${report.level} (${report.launcher}), ${report.cpu}`);
  for (const { what, medianMs, p95Ms, timesBare } of report.latencies) {
    terminal.print(
      `${what.padEnd(24)} median ${medianMs.toFixed(1)} ms, p95 ${p95Ms.toFixed(1)} ms, ${timesBare.toFixed(2)} times a bare spawn`,
    );
  }
  for (const { target, measured, met } of report.targets) {
    terminal.print(`${met ? "met    " : "not met"} ${target}: ${measured}`);
  }
  terminal.document(report);
  return exitCodes.ok;
}

/** A whole number of at least 1 written as an option. */
function count(context: CommandContext, option: string, otherwise: number): number {
  const written = context.text(option);
  if (written === undefined) return otherwise;
  const value = Number(written);
  if (!Number.isInteger(value) || value < 1) throw new UsageError(`--${option} is a whole number of at least 1.`);
  return value;
}
