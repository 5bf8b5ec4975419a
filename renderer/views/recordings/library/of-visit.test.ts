import { expect, it } from "vitest";
import type { JobView, RecordingView } from "../../../../src/shared/host-contract.ts";
import { ofVisit } from "./of-visit.ts";

const recording = (id: string, addedAt: string) => ({ id, addedAt }) as RecordingView;
const job = (recordingId: string, createdAt: string) =>
  ({ recordingId, job: { id: recordingId, createdAt } }) as JobView;
const recordings = [
  recording("earlier", "2026-01-01"),
  recording("again", "2026-01-01"),
  recording("mine", "2026-01-03"),
];
const jobs = [job("earlier", "2026-01-01"), job("again", "2026-01-03"), job("mine", "2026-01-03")];

it("shows a visitor what they brought, and nothing of who was there before", () => {
  const seen = ofVisit(recordings, jobs, "2026-01-02");
  expect(seen.recordings?.map(({ id }) => id)).toEqual(["again", "mine"]);
  expect(seen.jobs.map(({ recordingId }) => recordingId)).toEqual(["again", "mine"]);
});

it("shows everything where there are no visits", () => {
  expect(ofVisit(recordings, jobs, null)).toEqual({ recordings, jobs });
});
