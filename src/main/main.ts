import { mkdirSync } from "node:fs";
import { homedir } from "node:os";
import { join, resolve } from "node:path";
import { app, dialog, protocol, safeStorage, session } from "electron";
import { defaultDataFolder } from "../shared/default-data-folder.ts";
import { messageOf } from "../shared/errors.ts";
import { answerWithAsset } from "./app-protocol.ts";
import { appOrigin, appScheme } from "./app-origin.ts";
import { answerWithMedia, mediaId } from "./answer-with-media.ts";
import { CaptureWriter } from "./capture-writer.ts";
import { type Decoder, openDecoder } from "./decoder.ts";
import { type DesktopWindow, openDesktopWindow, recover } from "./desktop-window.ts";
import { setProgramMenu } from "./edit-menu.ts";
import { GatewayProcess, gatewayCommandAt } from "./gateway-process.ts";
import { givenFiles } from "./given-files.ts";
import { guardProgram } from "./guard-program.ts";
import { hostEnvironment } from "./host-environment.ts";
import { hostPlace } from "./host-place.ts";
import { HostProcess } from "./host-process.ts";
import { type HostSeal, tryHostSeal } from "./host-seal.ts";
import { describeKeyStore } from "./key-store.ts";
import { type Kiosk, kioskExitCodes } from "./kiosk.ts";
import { openKiosk } from "./open-kiosk.ts";
import { openShellLog } from "./shell-log.ts";
import { openSmokeFolder, smoke } from "./smoke.ts";
import { refuseToStart, startSwitches } from "./start-switches.ts";
import { timingMarks } from "./timing-marks.ts";
import { openWindowFile } from "./window-file.ts";

const packaged = app.isPackaged;
const words = process.argv.slice(1);
const isTest = !packaged && process.env["INDOORS_TEST"] === "1";

const refusal = refuseToStart(words, { packaged, platform: process.platform });
if (refusal !== null) {
  process.stderr.write(`${refusal}\n`);
  process.exit(2);
}

// Before anything of Chromium starts: every process in its sandbox, and no way to a name or an address.
app.enableSandbox();
for (const [name, value] of startSwitches) {
  if (value === undefined) app.commandLine.appendSwitch(name);
  else app.commandLine.appendSwitch(name, value);
}
if (isTest) app.disableHardwareAcceleration();
protocol.registerSchemesAsPrivileged([
  {
    scheme: appScheme,
    privileges: { standard: true, secure: true, supportFetchAPI: true, stream: true, codeCache: true },
  },
]);
setProgramMenu(process.platform);

// Everything that is stored is in the data folder, Chromium's few files included.
const smokeFolder = words.includes("--smoke") ? openSmokeFolder() : null;
const dataFolder = smokeFolder?.path ?? resolve(defaultDataFolder(process.env, process.platform, homedir()));
const own = join(dataFolder, "desktop");
mkdirSync(own, { recursive: true, mode: 0o700 });
app.setPath("userData", own);
app.setPath("crashDumps", join(own, "crashes"));

if (app.requestSingleInstanceLock()) void start();
else app.exit(0);

async function start(): Promise<void> {
  const log = openShellLog(join(own, "shell.log"));
  const onLog = (line: string) => log.write(line);
  onLog(`Indoors ${app.getVersion()} starts, process ${process.pid}, Electron ${process.versions["electron"]}`);
  const mark = timingMarks(
    packaged ? undefined : process.env["INDOORS_TIMING"],
    process.getCreationTime() ?? Date.now(),
  );

  let kiosk: Kiosk | null = null;
  if (app.commandLine.hasSwitch("kiosk")) {
    try {
      kiosk = openKiosk({
        dataFolder,
        env: process.env,
        platform: process.platform,
        note: (facts) =>
          host.control("audit.note", { action: "settings.change", subject: "kiosk", facts, content: {} }),
        onLog,
      });
    } catch (error) {
      // Never an open kiosk: with no valid file there is no window at all.
      onLog(messageOf(error));
      process.stderr.write(`${messageOf(error)}\n`);
      dialog.showErrorBox("Indoors", messageOf(error));
      await log.close();
      process.exit(kioskExitCodes.refused);
    }
  }
  const devTools = !packaged && kiosk === null && process.env["INDOORS_DEVTOOLS"] === "1";
  const root = join(import.meta.dirname, "..", "..");
  const dist = join(import.meta.dirname, "..");
  const rendererFolder = join(dist, "renderer");

  let decoder: Decoder | undefined;
  let tellProgress: (path: string, share: number) => void = () => {};
  let seal: HostSeal | undefined;
  const { platform, arch } = process;
  const place = hostPlace({ packaged, root, resources: process.resourcesPath, platform, arch });
  const gateway = new GatewayProcess({
    command: () => gatewayCommandAt(place, { dataFolder, platform, bwrapPath: seal?.sealed ? seal.command : null }),
    onLog,
  });
  const host = new HostProcess({
    place,
    dataFolder,
    env: hostEnvironment(process.env, process.platform),
    seal: (helper) => (seal = tryHostSeal(helper)),
    desktop: ({ tell, gatewayChannel }) => {
      tellProgress = tell;
      return {
        async decode(params, signal) {
          await app.whenReady();
          decoder ??= openDecoder({
            rendererFolder,
            preloadFile: join(dist, "preload", "decoder-preload.cjs"),
            onProgress: ({ path, share }) => tellProgress(path, share),
          });
          return await decoder.decode(params, signal);
        },
        async "gateway.start"() {
          await gateway.start(gatewayChannel());
          return {};
        },
        async "gateway.stop"() {
          await gateway.stop();
          return {};
        },
      };
    },
    onLog,
  });
  const captures = new CaptureWriter();
  const file = openWindowFile(join(own, "window.json"));
  const known = new Set<number>();
  let desktop: DesktopWindow | undefined;
  let quitting = false;

  /** Ends everything in order: what is recorded is on the disk, the host has stopped its work. */
  const quit = (exitCode: number) => {
    if (quitting) return;
    quitting = true;
    void (async () => {
      await captures.dispose();
      decoder?.dispose();
      kiosk?.dispose();
      await host.stop();
      await gateway.stop();
      await file.flush();
      onLog(`Indoors ends; ${refused.count} requests of Chromium were refused`);
      await log.close();
      smokeFolder?.remove();
      app.exit(exitCode);
    })();
  };
  const fail = (what: string, error: unknown) => {
    onLog(`${what}: ${error instanceof Error ? error.stack : String(error)}`);
    if (kiosk === null && smokeFolder === null)
      dialog.showErrorBox("Indoors", `Something inside Indoors failed: ${messageOf(error)}`);
    quit(70);
  };
  process.on("uncaughtException", (error) => fail("a fault", error));
  process.on("unhandledRejection", (error) =>
    onLog(`a fault nobody waited for: ${(error as Error)?.stack ?? String(error)}`),
  );

  host.onState((state) => {
    if (state.state !== "running") return;
    mark("host-ready");
    void recover({ host, captures, onLog });
  });
  host.start();

  const refused = guardProgram(app, { windows: known, devTools, onLog });
  app.on("child-process-gone", (_event, { type, reason }) => {
    // Chromium starts another one; pages stay as they are.
    if (reason !== "clean-exit") onLog(`Chromium's ${type} process is gone: ${reason}`);
  });
  app.on("second-instance", (_event, argv, folder) => {
    desktop?.focus();
    if (kiosk === null) desktop?.open(givenFiles(argv.slice(1), folder));
  });
  app.on("open-file", (event, path) => {
    event.preventDefault();
    if (kiosk === null) desktop?.open([path]);
  });
  app.on("before-quit", (event) => {
    event.preventDefault();
    quit(0);
  });

  await app.whenReady();
  mark("app-ready");
  app.configureHostResolver({ enableBuiltInResolver: false, secureDnsMode: "off" });
  const partition = session.fromPartition("indoors", { cache: false });
  partition.protocol.handle(appScheme, (request) => {
    const id = mediaId(request.url);
    if (id === null) return answerWithAsset(request, { origin: appOrigin, folder: rendererFolder, page: "index.html" });
    // Who may not see the recordings may not hear them.
    if (kiosk?.allows("host", "recordings.list", {}) === false) return new Response(null, { status: 404 });
    return answerWithMedia(
      request,
      id,
      async (recordingId) => (await host.control("media.path", { recordingId })).path,
    );
  });
  desktop = openDesktopWindow({
    devTools,
    preload: join(dist, "preload", "preload.cjs"),
    partition: "indoors",
    host,
    captures,
    kiosk,
    file,
    known,
    mark,
    onLog,
    quit,
    onGivenUp: (reason) => fail("the window", new Error(`its process died again and again (${reason})`)),
  });
  desktop.window.once("closed", () => quit(0));
  onLog(describeKeyStore(safeStorage, process.platform).detail);
  if (smokeFolder !== null) {
    const { webContents } = desktop.window;
    const report = await smoke({
      window: new Promise((tell) => webContents.once("did-finish-load", () => tell(webContents.getTitle()))),
      host: new Promise((tell) => {
        const look = () => host.state.state === "running" && tell(host.openPort());
        host.onState(look);
        look();
      }),
    });
    process.stdout.write(`${JSON.stringify(report)}\n`);
    return quit(report.ok ? 0 : 1);
  }
  if (kiosk === null) desktop.open(givenFiles(words, process.cwd()));
}
