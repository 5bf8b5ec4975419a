// `npm start`: all set-up, then the desktop where there is a display, else the tour. Arguments go to the desktop.
import { electronAt, electronHere } from "./electron.mjs";
import { entry } from "./entry.mjs";
import { handOver, runAttached } from "./hand-over.mjs";
import { here } from "./house.mjs";
import { durationInWords } from "./in-words.mjs";
import { setUp } from "./set-up.mjs";
import { allSteps } from "./steps.mjs";
import { talkOn } from "./talk.mjs";
import { whyNoWindow } from "./why-no-window.mjs";

await entry(async (args) => {
  const startedAt = Date.now();
  const talk = talkOn(process.stderr);
  talk.say("Setting up Indoors. What is already there is kept.");
  const reports = await setUp(allSteps, { house: here, talk });
  const stopped = reports.find((report) => report.state === "lacking" && report.step.isGround);
  if (stopped !== undefined) {
    talk.say(`Indoors cannot start before this is solved: ${stopped.step.name}.`);
    return 1;
  }
  talk.say(`Set-up took ${durationInWords(Date.now() - startedAt)}.`);
  const why = whyNoWindow({
    platform: process.platform,
    env: process.env,
    isRoot: process.getuid?.() === 0,
    hasElectron: electronHere(here) !== undefined,
  });
  if (why !== undefined) {
    talk.say(`${why}; running the tour.`);
    return handOver(here, ["tour"]);
  }
  talk.say("Opening the desktop.");
  const { code } = await runAttached(electronAt(here).program, args);
  return code ?? 1;
});
