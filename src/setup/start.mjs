// `npm start`: all set-up, then the desktop where there is a display, else the tour.
import { existsSync } from "node:fs";
import { entry } from "./entry.mjs";
import { handOver } from "./hand-over.mjs";
import { here } from "./house.mjs";
import { durationInWords } from "./in-words.mjs";
import { setUp } from "./set-up.mjs";
import { allSteps } from "./steps.mjs";
import { talkOn } from "./talk.mjs";

await entry(async () => {
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
  talk.say(whatNow());
  return handOver(here, ["tour"]);
});

function whatNow() {
  const isWindowed = process.platform === "win32" || process.platform === "darwin";
  if (!isWindowed && !process.env["DISPLAY"] && !process.env["WAYLAND_DISPLAY"])
    return "No display here; running the tour.";
  if (!existsSync(here.desktop)) return "The desktop comes with a later version; running the tour.";
  return "The desktop cannot be opened from here yet; running the tour.";
}
