import { readdirSync, readFileSync, truncateSync } from "node:fs";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import { canOpenDesktop } from "./needs-desktop.ts";
import { type Desktop, openDesktop } from "./open-desktop.ts";

/** What the shell promises, seen from a page in the running program. The pure parts have their tables in src/main. */

let desktop: Desktop;

/** Runs a function of the page, given as its text: it uses what only pages have. */
function inPage<T>(text: string, ...given: unknown[]): Promise<T> {
  return desktop.page.evaluate<T>(`(${text})(...${JSON.stringify(given)})`);
}

/** A call as the page makes it, over the bridge, without any of the page's code. */
function call<T = unknown>(to: "host" | "shell", method: string, params: unknown): Promise<T> {
  const text = `(to, method, params) => new Promise((resolve) => {
    const channel = window.indoors[to];
    const id = 1_000_000 + Math.floor(Math.random() * 1_000_000_000);
    channel.onMessage((message) => message.id === id && resolve(message.ok ? message.result : message.error));
    channel.onClose(() => resolve({ code: "channel.closed" }));
    if (params.samples > 0) params = { ...params, samples: new Uint8Array(params.samples).fill(1) };
    channel.send({ id, method, params });
  })`;
  return inPage<T>(text, to, method, params);
}

const hostState = async () => (await call<{ host: { state: string } }>("shell", "shell.state", {})).host.state;
const shellLog = () => readFileSync(join(desktop.dataFolder, "desktop", "shell.log"), "utf8");
/** Bytes that the shell has read since its start, from files and pipes alike. */
const bytesRead = () => Number(/^rchar: (\d+)$/m.exec(readFileSync(`/proc/${desktop.pid}/io`, "utf8"))?.[1]);

/** An hour of sound, of which only its length is on the disk. */
const hourBytes = 44 + 3600 * 16_000 * 2;
const capture = { name: "An hour", live: false, model: null, language: "en" };

describe.skipIf(!canOpenDesktop)("the shell", () => {
  beforeAll(async () => {
    desktop = await openDesktop({ args: ["--use-fake-device-for-media-stream"] });
    await desktop.page.waitForLoadState();
    await vi.waitFor(async () => expect(await hostState()).toBe("running"), 30_000);
  });
  afterAll(() => desktop?.close());

  it("passes a call to the host and its answer back", async () => {
    expect(await call("host", "seal.get", {})).toHaveProperty("network");
    expect(await call("host", "no.such", {})).toMatchObject({ code: "contract.unknown-method" });
    expect(await call("shell", "no.such", {})).toMatchObject({ code: "contract.unknown-method" });
    // Many small parts: the text is no longer than a message may be, what it makes is.
    const large = Array.from({ length: 2 ** 20 }, () => 1);
    expect(await call("host", "jobs.get", { id: large })).toMatchObject({ code: "contract.invalid" });
    expect(shellLog()).toContain("refused a message to the host");
  });

  it("shows the page a bridge, and nothing of Electron", async () => {
    const surface = await inPage(`() => ({
      bridge: Object.entries(window.indoors).map(([name, value]) => [name, Object.keys(value).sort().join()]),
      replaced: (() => { try { window.indoors = 1; } catch {} return typeof window.indoors; })(),
      rest: ["require", "process", "module", "Buffer", "electron", "ipcRenderer", "global"].filter((name) => name in window),
    })`);
    const channel = "onClose,onMessage,send";
    const bridge = [
      ["host", channel],
      ["shell", channel],
      ["pathOf", ""],
    ];
    expect(surface).toEqual({ bridge, replaced: "object", rest: [] });
  });

  it("serves the program's files with the policy, and no others", async () => {
    const answers = await inPage(`async () => {
      const ask = async (path, method = "GET") => {
        const answer = await fetch("app://indoors/" + path, { method });
        return [answer.status, answer.headers.get("content-security-policy") !== null];
      };
      return [
        await ask(""), await ask("index.html", "HEAD"), await ask("..%2f..%2fpackage.json"), await ask("x.js"),
        await ask("index.html", "POST"), await ask("media/none"), await ask("media/..%2fx"),
      ];
    }`);
    expect(answers).toEqual([200, 200, 404, 404, 405, 404, 404].map((status) => [status, true]));
  });

  it("gives the page the microphone, and nothing else that asks", async () => {
    const asked = await inPage(`async () => {
      const words = (answer) => answer.then(() => "given", (error) => error.name);
      const media = (wanted) => words(navigator.mediaDevices.getUserMedia(wanted));
      return {
        microphone: await media({ audio: true }),
        camera: await media({ video: true }),
        both: await media({ audio: true, video: true }),
        screen: await words(navigator.mediaDevices.getDisplayMedia({ video: true })),
        notifications: await Notification.requestPermission(),
        clipboard: await words(navigator.clipboard.readText()),
        place: await new Promise((resolve) => {
          navigator.geolocation.getCurrentPosition(() => resolve("given"), ({ code }) => resolve("refused " + code));
        }),
      };
    }`);
    expect(asked).toEqual({
      microphone: "given",
      camera: "NotAllowedError",
      both: "NotAllowedError",
      screen: "NotAllowedError",
      notifications: "denied",
      clipboard: "NotAllowedError",
      place: "refused 1",
    });
  });

  it("writes what the microphone hears, and plays any part of an hour without reading it all", async () => {
    const { id } = await call<{ id: string }>("host", "captures.start", capture);
    expect(await call("shell", "capture.append", { id, samples: [0] })).toMatchObject({ code: "contract.invalid" });
    expect(await call("shell", "capture.append", { id, samples: 32_000 })).toMatchObject({ code: "not-found" });
    expect(await call("shell", "capture.open", { id })).toEqual({});
    expect(await call("shell", "capture.append", { id, samples: 32_000 })).toEqual({ bytes: 44 + 32_000 });
    expect(await call("shell", "capture.close", { id })).toEqual({});
    truncateSync(join(desktop.dataFolder, "captures", id, "audio.wav"), hourBytes);
    const { recordingId } = await call<{ recordingId: string }>("host", "captures.finish", { id, transcribe: null });

    const readBefore = bytesRead();
    const played = await inPage(
      `async (address) => {
        const part = await fetch(address, { headers: { range: "bytes=44-47" } });
        const range = [part.status, part.headers.get("content-range"), (await part.arrayBuffer()).byteLength];
        const audio = new Audio(address);
        const happens = (event) => new Promise((resolve) => audio.addEventListener(event, resolve, { once: true }));
        audio.preload = "auto";
        await Promise.race([happens("canplay"), happens("error")]);
        audio.currentTime = 3000;
        await happens("seeked");
        return { range, duration: audio.duration, at: audio.currentTime, error: audio.error?.message ?? null };
      }`,
      `app://indoors/media/${recordingId}`,
    );
    expect(played).toEqual({ range: [206, `bytes 44-47/${hourBytes}`, 4], duration: 3600, at: 3000, error: null });
    expect(bytesRead() - readBefore).toBeLessThan(hourBytes / 4);
  });

  it("saves what leaves the program where the person says, and records it first", async () => {
    const folder = join(desktop.dataFolder, "exports");
    const answerWith = (filePath: string | null) =>
      desktop.app.evaluate(({ dialog }, path) => {
        const answer = { canceled: path === null, filePath: path ?? "" };
        dialog.showSaveDialog = () => Promise.resolve(answer);
      }, filePath);
    const save = (method: string, more: object) =>
      call<{ path: string | null }>("shell", method, { suggestedName: "a.txt", confirmed: false, ...more });

    await answerWith(null);
    expect(await save("files.save", { text: "x" })).toEqual({ path: null });
    await answerWith(join(folder, "a.txt"));
    expect(await save("files.save", { text: "x" })).toMatchObject({ code: "input.invalid" });
    await answerWith(join(desktop.dataFolder, "a.txt"));
    expect(await save("files.save", { text: "Grüße" })).toEqual({ path: join(desktop.dataFolder, "a.txt") });
    expect(readFileSync(join(desktop.dataFolder, "a.txt"), "utf8")).toBe("Grüße");
    await answerWith(join(desktop.dataFolder, "a.pdf"));
    expect(await save("files.savePdf", {})).toEqual({ path: join(desktop.dataFolder, "a.pdf") });
    expect(readFileSync(join(desktop.dataFolder, "a.pdf"), "latin1").slice(0, 5)).toBe("%PDF-");
    const { rows } = await call<{ rows: { action: string }[] }>("host", "audit.list", {
      action: "export",
      runId: null,
      since: null,
      limit: 10,
    });
    // The one that could not be written, too: what was about to leave is on record.
    expect(rows).toHaveLength(3);
  });

  it("gives the page the files of a second start, and itself the focus", async () => {
    await inPage(`() => void window.indoors.shell.onMessage(({ event, payload }) => {
      if (event === "files.opened") window.heard = payload.paths;
    })`);
    await desktop.app.evaluate(({ app }) => {
      app.emit("second-instance", {}, ["indoors", "--lang=de", "talk.wav", "/data/b.mp3"], "/home/anna");
    });
    const heard = () => inPage(`() => window.heard ?? null`);
    await expect.poll(heard, { timeout: 20_000 }).toEqual(["/home/anna/talk.wav", "/data/b.mp3"]);
  });

  it("starts the host again after kill -9, and the page goes on", async () => {
    const before = desktop.hostPid() ?? 0;
    process.kill(before, "SIGKILL");
    await expect.poll(hostState, { interval: 10 }).toBe("restarting");
    expect(await call("host", "seal.get", {})).toMatchObject({ code: "channel.closed" });
    await expect.poll(hostState, { timeout: 20_000 }).toBe("running");
    expect(await call("host", "seal.get", {})).toHaveProperty("network");
    expect(desktop.hostPid()).not.toBe(before);
  });

  it("loads the page again when its process dies, and makes a recording of what was being recorded", async () => {
    const { id } = await call<{ id: string }>("host", "captures.start", { ...capture, name: "Cut off" });
    await call("shell", "capture.open", { id });
    truncateSync(join(desktop.dataFolder, "captures", id, "audio.wav"), 44 + 32_000);
    await desktop.app.evaluate(({ BrowserWindow }) => {
      BrowserWindow.getAllWindows()[0]?.webContents.forcefullyCrashRenderer();
    });
    const recordings = () => readdirSync(join(desktop.dataFolder, "recordings")).join();
    await expect.poll(recordings, { timeout: 10_000 }).toContain("Cut off");
    // Playwright has lost this page; the program has not.
    const words = () =>
      desktop.app.evaluate(({ BrowserWindow }) =>
        BrowserWindow.getAllWindows()[0]?.webContents.executeJavaScript("document.body.innerText.length"),
      );
    await expect.poll(words, { timeout: 20_000 }).toBeGreaterThan(100);
    expect(shellLog()).toContain("the window's process is gone: crashed");
  });
});
