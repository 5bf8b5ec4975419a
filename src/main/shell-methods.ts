import { stat } from "node:fs/promises";
import { userInfo } from "node:os";
import { isAbsolute, join } from "node:path";
import { app, type BrowserWindow, dialog, nativeTheme, shell } from "electron";
import type { Implementation } from "../shared/contract.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { Preferences } from "../shared/preferences.ts";
import type { shellContract } from "../shared/shell-contract.ts";
import type { CaptureWriter } from "./capture-writer.ts";
import { fileNameFrom, openDialogOptions } from "./file-dialogs.ts";
import { findRecordings } from "./find-recordings.ts";
import type { HostProcess } from "./host-process.ts";
import type { Kiosk } from "./kiosk.ts";
import { writeWhole } from "./write-whole.ts";

export interface ShellParts {
  readonly window: BrowserWindow;
  readonly host: HostProcess;
  readonly captures: CaptureWriter;
  /** The captures that this page opened: they end with it. */
  readonly opened: Set<string>;
  readonly kiosk: Kiosk | null;
  /** Remembers how the window looks, for the next start. */
  readonly onAppearance: (appearance: Pick<Preferences, "theme" | "scale">) => void;
  readonly quit: (exitCode: number) => void;
}

/** What the shell does for a window: dialogs, files that leave, the microphone's samples, how the window looks. */
export function shellMethods(parts: ShellParts): Implementation<typeof shellContract> {
  const { window, host, captures, opened, kiosk } = parts;

  /** Where an export goes: where the person says, or in a kiosk to its folder; null when the dialog was closed. */
  async function exportTo(suggestedName: string, confirmed: boolean): Promise<string | null> {
    const name = fileNameFrom(suggestedName);
    if (kiosk !== null) return await kiosk.exportPath(name, confirmed);
    const { canceled, filePath } = await dialog.showSaveDialog(window, {
      defaultPath: join(app.getPath("documents"), name),
      properties: ["createDirectory", "showOverwriteConfirmation"],
    });
    return canceled || filePath === "" ? null : filePath;
  }
  /** Writes an export. It is on record first: what cannot be recorded does not leave. */
  async function save(path: string, format: string, content: string | Uint8Array): Promise<void> {
    await host.control("audit.note", {
      action: "export",
      subject: "file",
      facts: { kind: "file", format, bytes: Buffer.byteLength(content), kiosk: kiosk !== null },
      content: { path },
    });
    await writeWhole(path, content);
  }

  return {
    "shell.state": () => ({
      appVersion: app.getVersion(),
      electron: process.versions["electron"] ?? "",
      chromium: process.versions["chrome"] ?? "",
      platform: process.platform,
      locale: app.getPreferredSystemLanguages()[0] ?? app.getLocale(),
      user: userName(),
      packaged: app.isPackaged,
      kiosk: kiosk?.view ?? null,
      host: host.state,
    }),
    "shell.apply": ({ theme, scale }) => {
      nativeTheme.themeSource = theme;
      window.webContents.setZoomFactor(scale);
      parts.onAppearance({ theme, scale });
      return {};
    },
    "shell.restartHost": () => {
      host.restart();
      return {};
    },
    "files.pick": async ({ purpose, multiple }) => {
      const { canceled, filePaths } = await dialog.showOpenDialog(window, openDialogOptions(purpose, multiple));
      return { paths: canceled ? [] : filePaths };
    },
    "files.recordings": ({ paths }, signal) => findRecordings(paths, signal),
    "files.save": async ({ suggestedName, text, confirmed }) => {
      const path = await exportTo(suggestedName, confirmed);
      if (path !== null) await save(path, "text", text);
      return { path };
    },
    "files.chooseSave": async ({ suggestedName, confirmed }) => ({ path: await exportTo(suggestedName, confirmed) }),
    "files.savePdf": async ({ suggestedName, confirmed }) => {
      const path = await exportTo(suggestedName, confirmed);
      if (path !== null) {
        const options = { pageSize: "A4", printBackground: true, preferCSSPageSize: true } as const;
        await save(path, "pdf", await window.webContents.printToPDF(options));
      }
      return { path };
    },
    "files.reveal": async ({ path }) => {
      const there = isAbsolute(path) && (await stat(path).catch(() => null)) !== null;
      if (!there) throw new IndoorsError("not-found", `The file is not there any more: ${path}.`);
      shell.showItemInFolder(path);
      return {};
    },
    "capture.open": async ({ id }) => {
      await captures.open(id, await host.control("capture.file", { id }));
      opened.add(id);
      return {};
    },
    "capture.append": async ({ id, samples }) => {
      refuseForeign(id, opened);
      return { bytes: await captures.append(id, samples) };
    },
    "capture.close": async ({ id }) => {
      refuseForeign(id, opened);
      opened.delete(id);
      await captures.close(id);
      return {};
    },
    "kiosk.touch": () => {
      kiosk?.touch();
      return {};
    },
    "kiosk.leave": async ({ pin }) => {
      if (kiosk === null) throw new IndoorsError("input.invalid", "This is no kiosk: there is nothing to leave.");
      const answer = await kiosk.leave(pin);
      if (answer.left) parts.quit(kiosk.leftExitCode);
      return answer;
    },
  };
}

/** Who is signed in to the operating system; the number where there is no name for it. */
function userName(): string {
  try {
    return userInfo().username;
  } catch {
    return process.env["USER"] || String(process.getuid?.() ?? "");
  }
}

function refuseForeign(id: string, opened: ReadonlySet<string>): void {
  if (!opened.has(id)) throw new IndoorsError("not-found", `No recording ${id} is being made here.`);
}
