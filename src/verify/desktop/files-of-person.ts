import type { Page } from "playwright-core";
import type { Desktop } from "./open-desktop.ts";

/** What a person chooses in the next file dialogs, which the system would show: nothing, when there are no paths. */
export async function giveToDialogs(desktop: Desktop, open: readonly string[], save?: string): Promise<void> {
  await desktop.app.evaluate(
    ({ dialog }, [paths, target]) => {
      dialog.showOpenDialog = async () => ({ canceled: paths.length === 0, filePaths: [...paths] });
      dialog.showSaveDialog = async () => ({ canceled: target === null, filePath: target ?? "" });
    },
    [open, save ?? null] as const,
  );
}

/** Drops files from outside onto the middle of the window, as a file manager does. */
export async function dropFiles(page: Page, paths: readonly string[]): Promise<void> {
  const session = await page.context().newCDPSession(page);
  const at = (await page.evaluate("[window.innerWidth / 2, window.innerHeight / 2]")) as [number, number];
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "drop"] as const) {
    await session.send("Input.dispatchDragEvent", { type, x: at[0], y: at[1], data });
  }
  await session.detach();
}
