import { copyFileSync, linkSync, mkdirSync, readdirSync, symlinkSync, writeFileSync } from "node:fs";
import { basename, dirname, join } from "node:path";
import { electronAt } from "../../setup/electron.mjs";
import { here } from "../../setup/house.mjs";

/**
 * The same Electron with a program that protects nothing: what a page could do without the protection of ours. The page
 * has an IPC channel to everything, and is served from a scheme without a policy. For the controls of tests.
 * @returns the program to start
 */
export function makeBareElectron(folder: string): string {
  const { program } = electronAt(here);
  const source = dirname(program);
  mkdirSync(folder, { recursive: true });
  for (const entry of readdirSync(source)) {
    if (entry === basename(program) || entry === "resources") continue;
    symlinkSync(join(source, entry), join(folder, entry));
  }
  // Electron looks for its parts beside where its binary really is: a symbolic link would lead back.
  const own = join(folder, basename(program));
  try {
    linkSync(program, own);
  } catch {
    copyFileSync(program, own);
  }
  const app = join(folder, "resources", "app");
  mkdirSync(app, { recursive: true });
  writeFileSync(join(app, "package.json"), JSON.stringify({ name: "bare", main: "main.cjs" }));
  writeFileSync(join(app, "index.html"), "<!doctype html><title>bare</title><body></body>");
  writeFileSync(join(app, "worker.js"), "");
  writeFileSync(join(app, "preload.cjs"), barePreload);
  writeFileSync(join(app, "main.cjs"), bareMain);
  return own;
}

const electron = ["require", '("electron")'].join("");

const barePreload = `
  const { contextBridge, ipcRenderer } = ${electron};
  contextBridge.exposeInMainWorld("bare", { invoke: (name, ...words) => ipcRenderer.invoke(name, ...words) });
`;

const bareMain = `
  const { app, BrowserWindow, ipcMain, net, protocol } = ${electron};
  const { readFile } = process.getBuiltinModule("node:fs/promises");
  const path = process.getBuiltinModule("node:path");
  protocol.registerSchemesAsPrivileged([
    { scheme: "bare", privileges: { standard: true, secure: true, supportFetchAPI: true, allowServiceWorkers: true, corsEnabled: true } },
  ]);
  ipcMain.handle("any.method", () => "answered");
  app.disableHardwareAcceleration();
  app.whenReady().then(() => {
    protocol.handle("bare", async (request) => {
      const name = path.basename(new URL(request.url).pathname) || "index.html";
      const types = { ".html": "text/html", ".js": "text/javascript" };
      return new Response(await readFile(path.join(__dirname, name)), { headers: { "content-type": types[path.extname(name)] ?? "text/plain" } });
    });
    const window = new BrowserWindow({
      webPreferences: { preload: path.join(__dirname, "preload.cjs"), webSecurity: false, navigateOnDragDrop: true, nodeIntegrationInSubFrames: true },
    });
    window.loadURL("bare://page/index.html");
  });
`;
