import { expect, it } from "vitest";
import { IndoorsError } from "../../../../src/shared/errors.ts";
import { openConnection } from "../../../bridge/connection.ts";
import { inMemoryBridge } from "../../../testing/in-memory-bridge.ts";
import { addingOf } from "./adding.ts";

const choice = { engine: "transcribe-cpp", model: null, language: "auto", vocabulary: [] } as const;

function connected(start: (path: string) => Promise<void> | void) {
  const { bridge } = inMemoryBridge(
    {
      "transcriptions.start": async ({ path }) => {
        await start(path);
        return { jobId: "j", recordingId: "r", transcriptId: "t" };
      },
    },
    {
      "shell.state": () => {
        throw new IndoorsError("not-found");
      },
      "files.recordings": ({ paths }) => ({ paths: paths.filter((path) => path.endsWith(".wav")), passedOver: 1 }),
    },
  );
  return openConnection(bridge, () => {});
}

it("adds the recordings, lists what fails with why, and goes on", async () => {
  const adding = addingOf(
    connected((path) => {
      if (path === "b.wav") throw new IndoorsError("audio.undecodable", "The file is empty.");
    }),
  );
  await adding.add(["a.wav", "b.wav", "c.wav", "notes.txt"], choice);
  expect(adding.state()).toEqual({
    ...{ running: false, path: null, added: 2, total: 3, passedOver: 1 },
    failures: [{ path: "b.wav", why: "The file is empty." }],
  });
});

it("stops where it is told to, and can add again", async () => {
  const begun: string[] = [];
  const adding = addingOf(
    connected((path) => {
      begun.push(path);
      if (path === "b.wav") adding.cancel();
    }),
  );
  await adding.add(["a.wav", "b.wav", "c.wav"], choice);
  expect(begun).toEqual(["a.wav", "b.wav"]);
  expect(adding.state().running).toBe(false);
  await adding.add(["d.wav"], choice);
  expect(begun).toEqual(["a.wav", "b.wav", "d.wav"]);
  expect(adding.state()).toMatchObject({ added: 1, total: 1 });
});

it("adds one lot after the other", async () => {
  const begun: string[] = [];
  const adding = addingOf(connected((path) => void begun.push(path)));
  await Promise.all([adding.add(["a.wav", "b.wav"], choice), adding.add(["c.wav"], choice)]);
  expect(begun).toEqual(["a.wav", "b.wav", "c.wav"]);
});
