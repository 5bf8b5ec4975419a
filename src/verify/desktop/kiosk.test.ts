import { spawnSync } from "node:child_process";
import { mkdirSync, readFileSync, rmSync } from "node:fs";
import { dirname, join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { kioskExitCodes } from "../../main/kiosk.ts";
import { electronAt } from "../../setup/electron.mjs";
import { here } from "../../setup/house.mjs";
import { kioskPin as pin, writeKioskFile } from "./kiosk-file.ts";
import { canOpenDesktop } from "./needs-desktop.ts";
import { type Desktop, openDesktop, temporaryFolder } from "./open-desktop.ts";
import { openScreen } from "./screen.ts";
import { makeTestUser } from "./test-user.ts";

const size = { width: 1080, height: 1920 };

/** Sends a key as a keyboard would, through Chromium's input, and says whether the page got it. */
async function pageGets(desktop: Desktop, keyCode: string, modifiers: readonly string[] = []): Promise<boolean> {
  await desktop.page.evaluate(
    `globalThis.listens ??= document.addEventListener("keydown", () => globalThis.keysSeen++, true) ?? true;
    globalThis.keysSeen = 0;`,
  );
  await desktop.app.evaluate(
    ({ BrowserWindow }, [key, held]) => {
      const { webContents } = BrowserWindow.getAllWindows()[0]!;
      for (const type of ["keyDown", "keyUp"] as const) {
        webContents.sendInputEvent({ type, keyCode: key as string, modifiers: held as never });
      }
    },
    [keyCode, modifiers],
  );
  await desktop.page.waitForTimeout(60);
  return await desktop.page.evaluate(() => (globalThis as unknown as { keysSeen: number }).keysSeen > 0);
}

/** Makes a call past the page's own code, as a page that was taken over would. */
async function call(desktop: Desktop, contract: "host" | "shell", method: string, params: object): Promise<unknown> {
  const id = 1_000_000 + Math.floor(Math.random() * 1e9);
  return await desktop.page.evaluate(
    `new Promise((resolve) => {
      const channel = globalThis.indoors[${JSON.stringify(contract)}];
      channel.onMessage((answer) => answer.id === ${id} && resolve(answer.error?.code ?? answer.result));
      channel.send(${JSON.stringify({ id, method, params })});
    })`,
  );
}

const outside = { file: "/tmp/indoors-kiosk-outside.jsonl", format: "jsonl" };
const refused = "contract.unknown-method";

const blocked: readonly (readonly [string, ...string[]])[] = [
  ["F5"],
  ["F11"],
  ["F12"],
  ["R", "control"],
  ["I", "control", "shift"],
  ["P", "control"],
  ["Left", "alt"],
  ["=", "control"],
];

describe.skipIf(!canOpenDesktop)("a kiosk", () => {
  let folder: string;
  let desktop: Desktop;
  beforeAll(async () => {
    folder = temporaryFolder();
    writeKioskFile(folder);
    mkdirSync(join(folder, "stick"));
    desktop = await openDesktop({ args: ["--kiosk"], size, dataFolder: folder });
    await desktop.page.waitForLoadState();
  });
  afterAll(async () => {
    await desktop?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("has the whole screen, without a window manager, too", async () => {
    const seen = () =>
      desktop.app.evaluate(({ BrowserWindow }) => {
        const window = BrowserWindow.getAllWindows()[0]!;
        return { ...window.getBounds(), kiosk: window.isKiosk(), shown: window.isVisible() };
      });
    await expect.poll(seen, { timeout: 10_000 }).toEqual({ x: 0, y: 0, ...size, kiosk: true, shown: true });
    await expect
      .poll(() => desktop.page.evaluate("[innerWidth, innerHeight]"), { timeout: 10_000 })
      .toEqual([size.width, size.height]);
  });

  it.each(blocked)("does not hear %s %s %s", async (key, ...held) => {
    expect(await pageGets(desktop, key, held)).toBe(false);
  });

  it("hears what people write with", async () => {
    for (const key of ["a", "Tab", "Escape", "Left"]) expect(await pageGets(desktop, key)).toBe(true);
    expect(await pageGets(desktop, "A", ["control"])).toBe(true);
  });

  it("has no developer tools, and does not close", async () => {
    const state = await desktop.app.evaluate(async ({ BrowserWindow }) => {
      const window = BrowserWindow.getAllWindows()[0]!;
      window.webContents.openDevTools();
      window.close();
      await new Promise((resolve) => setTimeout(resolve, 300));
      return { open: window.webContents.isDevToolsOpened(), destroyed: window.isDestroyed() };
    });
    expect(state).toEqual({ open: false, destroyed: false });
  });

  it("answers a page that was taken over with no more than its views need", async () => {
    expect(await call(desktop, "shell", "files.pick", { purpose: "any", multiple: false })).toBe(refused);
    expect(await call(desktop, "host", "models.list", {})).toHaveProperty("models");
    for (const [method, params] of [
      ["policy.get", {}],
      ["audit.export", outside],
      ["runs.start", { question: "?", grants: [{ path: "/", mode: "read" }] }],
      ["transcriptions.start", { path: "/etc/passwd" }],
    ] as const) {
      expect([method, await call(desktop, "host", method, params)]).toEqual([method, refused]);
    }
  });

  it("exports into its folder, when it was confirmed", async () => {
    const save = (confirmed: boolean) =>
      call(desktop, "shell", "files.save", { suggestedName: "../../a.txt", text: "hello", confirmed });
    expect(await save(false)).toBe("input.invalid");
    const { path } = (await save(true)) as { path: string };
    expect(dirname(path)).toBe(join(folder, "stick"));
    expect(readFileSync(path, "utf8")).toBe("hello");
  });

  it("takes the page away, with what a person left in it, when nobody is there", async () => {
    await desktop.page.evaluate(() => ((globalThis as { left?: string }).left = "secret"));
    await desktop.app.evaluate(({ clipboard }) => clipboard.writeText("secret"));
    await pageGets(desktop, "a");
    const left = () => desktop.page.evaluate(() => (globalThis as { left?: string }).left ?? "nothing");
    expect(await left()).toBe("secret");
    await expect.poll(left, { timeout: 30_000 }).toBe("nothing");
    expect(await desktop.app.evaluate(({ clipboard }) => clipboard.readText())).toBe("");
  });
});

describe.skipIf(!canOpenDesktop)("a kiosk at its door", () => {
  it("does not open at all without a valid file", async () => {
    await using stack = new AsyncDisposableStack();
    const folder = temporaryFolder();
    stack.defer(() => rmSync(folder, { recursive: true, force: true }));
    const screen = await openScreen(size);
    stack.defer(() => screen.close());
    const user = makeTestUser();
    stack.defer(() => user.remove());
    // Without Playwright, which waits for a window that must not come.
    const start = () => {
      user.own(folder);
      const [program = "", ...words] = [...user.prefix, electronAt(here).program, "--kiosk"];
      const env = { PATH: process.env["PATH"] ?? "", HOME: folder, DISPLAY: screen.display, INDOORS_DATA: folder };
      const { status, stderr } = spawnSync(program, words, { env, cwd: folder, encoding: "utf8", timeout: 30_000 });
      return [status, /The kiosk cannot start: .*/.exec(stderr)?.[0]];
    };
    expect(start()).toEqual([kioskExitCodes.refused, expect.stringContaining("There is no such file")]);
    writeKioskFile(folder, { pin: "1234" });
    expect(start()).toEqual([kioskExitCodes.refused, expect.stringContaining("`pin` is not a line")]);
  });

  it("is left by the PIN alone, and says so with its exit code", async () => {
    await using stack = new AsyncDisposableStack();
    const folder = temporaryFolder();
    stack.defer(() => rmSync(folder, { recursive: true, force: true }));
    writeKioskFile(folder);
    const desktop = await openDesktop({ args: ["--kiosk"], dataFolder: folder });
    stack.defer(() => desktop.close());
    const child = desktop.app.process();
    const leave = (tried: string) => call(desktop, "shell", "kiosk.leave", { pin: tried });
    expect(await leave("000000")).toEqual({ left: false, waitMs: 1000 });
    // The page is loaded again, and the count goes on: two seconds, not one.
    await desktop.page.reload();
    await expect.poll(() => leave("000000"), { timeout: 20_000 }).toEqual({ left: false, waitMs: 2000 });
    await desktop.page.waitForTimeout(2100);
    void leave(pin).catch(() => {});
    await expect.poll(() => child.exitCode, { timeout: 20_000 }).toBe(kioskExitCodes.left);
  });
});

describe.skipIf(!canOpenDesktop)("without the kiosk", () => {
  it("the same keys reach the page, and the same tools open: the control", async () => {
    await using stack = new AsyncDisposableStack();
    const desktop = await openDesktop({ env: { INDOORS_DEVTOOLS: "1" } });
    stack.defer(() => desktop.close());
    await desktop.page.waitForLoadState();
    expect(await call(desktop, "host", "policy.get", {})).not.toBe(refused);
    expect(await call(desktop, "host", "transcriptions.start", { path: "/etc/passwd" })).not.toBe(refused);
    // F12 is what a developer opens the tools with; it opens them here.
    const own = blocked.filter(([key]) => key !== "F12");
    for (const [key, ...held] of own) expect([key, await pageGets(desktop, key, held)]).toEqual([key, true]);
    const contents = () =>
      desktop.app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]!.webContents.isDevToolsOpened());
    await desktop.app.evaluate(({ BrowserWindow }) =>
      BrowserWindow.getAllWindows()[0]!.webContents.openDevTools({ mode: "detach" }),
    );
    await expect.poll(contents, { timeout: 20_000 }).toBe(true);
  });
});
