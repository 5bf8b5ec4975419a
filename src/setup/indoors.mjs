#!/usr/bin/env node
// The launcher. It runs on whatever Node is there, sees to it that the real command line can run, and hands over to it.
// Stdout belongs to the command: set-up speaks on stderr, and only when there is something to do.
import { entry } from "./entry.mjs";
import { handOver } from "./hand-over.mjs";
import { here } from "./house.mjs";
import { setUp } from "./set-up.mjs";
import { groundSteps } from "./ground-steps.mjs";
import { talkOn } from "./talk.mjs";

await entry(async (args) => {
  const [command, second] = args;
  if (command === "setup") {
    const { setupCommand } = await import("./setup-command.mjs");
    return setupCommand(args.slice(1), here, talkOn(process.stdout));
  }
  const talk = talkOn(process.stderr);
  if (command === "models" && second === "fetch") {
    const { fetchCommand } = await import("./fetch-command.mjs");
    return fetchCommand(args.slice(2), here, talk);
  }
  const reports = await setUp(groundSteps, { house: here, talk, quiet: true });
  if (reports.some((report) => report.state === "lacking")) return 1;
  return handOver(here, args);
});
