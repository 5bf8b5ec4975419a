import { appendFileSync, copyFileSync, mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { findAppFiles } from "./app-files.ts";
import { forkHost } from "./testing/fork-host.ts";

const sample = join(findAppFiles().modelsFolder, "apollo-13.wav");
// One for all tests: what an engine was measured at is known to the later ones.
const data = mkdtempSync(join(tmpdir(), "indoors-serve-sound-"));
afterAll(() => rmSync(data, { recursive: true, force: true }));

const visit = { live: false, model: "tiny", language: "en" };
/** The second of the sample recording that begins there. */
const sound = (second: number) => readFileSync(sample).subarray(44 + second * 32_000, 44 + (second + 1) * 32_000);

const until = { timeout: 90_000, interval: 100 };

// The first test: no engine was measured yet, which takes longer than anybody waits for an answer.
test(
  "killed with its shell in the middle of a recording, the next host has it at once, and transcribes it by itself",
  { timeout: 120_000 },
  async () => {
    const first = forkHost(data);
    const { id } = await first.window(1).call("captures.start", { ...visit, name: "Cut off" });
    const { path } = await first.control.call("capture.file", { id });
    for (let second = 0; second < 6; second++) appendFileSync(path, sound(second));
    // The shell is gone, and then the host.
    first.child.disconnect();
    first.child.kill("SIGKILL");
    await first.ended;

    const next = forkHost(data);
    const window = next.window(1);
    const notices: string[] = [];
    window.on("notice", ({ text }) => notices.push(text));
    const { recovered } = await next.control.call("captures.recover", { active: [] });
    expect(recovered).toEqual([{ id, recordingId: expect.any(String), durationMs: 6000 }]);
    const [queued] = (await window.call("jobs.list", {})).jobs;
    // It answered before the engine was measured, which the job does.
    const { engines } = await window.call("readiness.report", { measure: "none" });
    expect(engines).toEqual([]);
    expect(queued).toMatchObject({ title: "Transcribe Cut off (recovered)", recordingId: recovered[0]?.recordingId });
    expect(["queued", "running"]).toContain(queued?.job.status);
    // Another recording does not wait either.
    const other = await window.call("captures.start", { ...visit, name: "After" });
    appendFileSync((await next.control.call("capture.file", { id: other.id })).path, sound(3));
    const kept = await window.call("captures.finish", { id: other.id, transcribe: { model: "tiny", language: "en" } });
    const before = await window.call("transcripts.get", { id: kept.transcriptId ?? "" });
    expect(before).toMatchObject({ status: "partial", origin: { device: "auto", threads: 0, engineVersion: "" } });

    const transcriptId = queued?.transcriptId ?? "";
    const read = () => window.call("transcripts.get", { id: transcriptId });
    await expect.poll(async () => (await read()).status, until).toBe("complete");
    const { origin, segments } = await read();
    expect(origin).toMatchObject({ modelName: "tiny", language: "en", device: expect.stringMatching(/^cpu/) });
    expect(origin.threads).toBeGreaterThan(0);
    expect(origin.engineVersion).not.toBe("");
    expect(segments.map(({ text }) => text).join(" ")).toMatch(/\w/);
    expect(notices).toContain("A recording of 6 s that was interrupted is in the library: Cut off (recovered).");
    const status = async () => (await window.call("jobs.get", { id: kept.jobId ?? "" })).job.status;
    await expect.poll(status, until).toBe("done");
    for (const { id: made } of (await window.call("recordings.list", {})).recordings) {
      await window.call("recordings.remove", { id: made });
    }
  },
);

test(
  "a host that is killed while it records loses nothing: the shell writes on, and the next host finishes",
  { timeout: 120_000 },
  async () => {
    const first = forkHost(data);
    const window = first.window(1);
    const { id } = await window.call("captures.start", { name: "Visit", live: false, model: "tiny", language: "en" });
    const left = await window.call("captures.start", { name: "Left", live: false, model: "tiny", language: "en" });
    const file = await first.control.call("capture.file", { id });
    const other = await first.control.call("capture.file", { id: left.id });
    for (let second = 0; second < 3; second++) appendFileSync(file.path, sound(second));
    appendFileSync(other.path, sound(3));
    first.child.kill("SIGKILL");
    await first.ended;
    // The window records on: the file is the shell's.
    for (let second = 3; second < 6; second++) appendFileSync(file.path, sound(second));

    const next = forkHost(data);
    const { recovered } = await next.control.call("captures.recover", { active: [id] });
    expect(recovered).toEqual([{ id: left.id, recordingId: expect.any(String), durationMs: 1000 }]);
    const again = next.window(1);
    expect((await again.call("captures.list", {})).captures).toMatchObject([
      { id, name: "Visit", durationMs: 6000, state: "recording" },
    ]);
    const lists: string[] = [];
    again.on("list.changed", ({ what }) => lists.push(what));
    const { recordingId } = await again.call("captures.finish", { id, transcribe: null });
    expect(lists).toEqual(["recordings", "captures"]);
    const { recordings } = await again.call("recordings.list", {});
    expect(recordings.map(({ name, durationMs, source }) => [name, durationMs, source])).toEqual([
      ["Visit", 6000, "microphone"],
      ["Left (recovered)", 1000, "microphone"],
    ]);
    const { path } = await next.control.call("media.path", { recordingId });
    expect(readFileSync(path).subarray(44)).toEqual(readFileSync(sample).subarray(44, 44 + 6 * 32_000));

    // What was recovered is being transcribed, as was wanted when it began.
    const { jobs } = await again.call("jobs.list", {});
    expect(jobs).toMatchObject([{ title: "Transcribe Left (recovered)", recordingId: recovered[0]?.recordingId }]);

    // Removing takes the work, the transcript and the file along, for what was made here.
    const removed = recovered[0]?.recordingId ?? "";
    expect(await again.call("recordings.remove", { id: removed })).toEqual({ deletedFile: true });
    expect((await again.call("jobs.list", {})).jobs).toEqual([]);
    expect(readdirSync(join(data, "recordings"))).toHaveLength(1);
    expect(lists.slice(2)).toEqual(expect.arrayContaining(["jobs", "recordings"]));
    await expect(again.call("recordings.remove", { id: removed })).rejects.toMatchObject({ code: "not-found" });

    await again.call("recordings.rename", { id: recordingId, name: " Frau Müller " });
    expect((await again.call("recordings.list", {})).recordings[0]).toMatchObject({ name: "Frau Müller", path });
    rmSync(path);
    await expect(next.control.call("media.path", { recordingId })).rejects.toMatchObject({
      code: "file.unreadable",
      message: expect.stringMatching(/^Playing failed: Frau Müller\. .+remove the recording/),
    });
    await next.control.call("audit.note", {
      action: "export",
      subject: "x",
      facts: { kiosk: true },
      content: { path },
    });
    const { rows } = await again.call("audit.list", { action: null, runId: null, since: null, limit: 50 });
    const actions = rows.map(({ action }) => action);
    expect(actions).toEqual(expect.arrayContaining(["recording.add", "recording.remove", "export"]));
  },
);

test(
  "a file that somebody else keeps is never deleted; the queue is the window's to arrange",
  { timeout: 120_000 },
  async () => {
    const host = forkHost(data);
    const window = host.window(1);
    const mine = join(data, "mine.wav");
    const broken = join(data, "broken.wav");
    copyFileSync(sample, mine);
    appendFileSync(broken, "RIFF\0\0\0\0WAVEnothing of use");
    const request = {
      ...{ model: "tiny", engine: "transcribe-cpp" as const, language: "en" },
      ...{ vocabulary: [], device: "auto" as const, again: false },
    };
    const bad = await window.call("transcriptions.start", { path: broken, ...request });
    const good = await window.call("transcriptions.start", { path: mine, ...request });
    const status = async (id: string) => (await window.call("jobs.get", { id })).job.status;
    // One that fails ends nothing but itself.
    await expect.poll(() => status(bad.jobId), { timeout: 60_000 }).toBe("failed");
    await expect.poll(() => status(good.jobId), { timeout: 90_000 }).toBe("done");
    const view = await window.call("jobs.retry", { id: bad.jobId });
    expect(view).toMatchObject({ recordingId: bad.recordingId, transcriptId: bad.transcriptId });
    await expect.poll(() => status(bad.jobId), { timeout: 60_000 }).toBe("failed");
    await window.call("jobs.forget", { id: bad.jobId });
    expect((await window.call("jobs.list", {})).jobs.map(({ job }) => job.id)).toEqual([good.jobId]);
    const { recordings } = await window.call("recordings.list", {});
    const first = recordings.find(({ id }) => id === good.recordingId);
    expect(first).toMatchObject({ source: "file", bytes: 960_078 });
    expect(first?.transcripts).toMatchObject([{ id: good.transcriptId, status: "complete", language: "en" }]);
    expect(await window.call("recordings.remove", { id: good.recordingId })).toEqual({ deletedFile: false });
    expect(readFileSync(mine)).toEqual(readFileSync(sample));
  },
);
