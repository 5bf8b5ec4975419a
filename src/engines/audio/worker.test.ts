import { fork } from "node:child_process";
import { mkdtemp, rm, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { expect, it } from "vitest";
import { audioContract } from "../../shared/audio-contract.ts";
import { connect } from "../../shared/contract.ts";
import { processChannel } from "../../shared/process-channel.ts";
import { audioWorkerEntry } from "../entries.ts";

const root = fileURLToPath(new URL("../../../", import.meta.url));

it("decodes and finds speech in a process of its own, and ends with its parent", async () => {
  const folder = await mkdtemp(join(tmpdir(), "indoors-worker-"));
  const child = fork(audioWorkerEntry);
  const exited = new Promise<number | null>((resolve) => child.once("exit", resolve));
  const client = connect(processChannel(child), audioContract);
  try {
    const progress: number[] = [];
    client.on("progress", ({ done, total }) => progress.push(done / total));
    const pcmPath = join(folder, "sample.pcm");
    const request = { path: join(root, "models/apollo-13.wav"), pcmPath, ffmpegPath: null };
    const decoded = await client.call("decode", request);
    expect(decoded).toMatchObject({ format: "wav", sourceSampleRate: 16_000, sourceChannels: 1, notice: null });
    expect((await stat(pcmPath)).size).toBe(decoded.durationMs * 32);
    expect(progress.at(-1)).toBe(1);
    const { spans } = await client.call("findSpeech", { pcmPath, modelPath: join(root, "models/silero-vad-v6.onnx") });
    expect(spans.length).toBeGreaterThan(1);
    await expect(client.call("decode", { ...request, path: folder })).rejects.toMatchObject({
      code: "file.unreadable",
    });

    const controller = new AbortController();
    const running = client.call("decode", request, { signal: controller.signal });
    controller.abort();
    await expect(running).rejects.toMatchObject({ code: "cancelled" });
  } finally {
    child.disconnect();
    expect(await exited).toBe(0);
    await rm(folder, { recursive: true, force: true });
  }
}, 20_000);
