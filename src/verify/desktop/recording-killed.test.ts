import { chmodSync, cpSync, readdirSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { afterAll, describe, expect, it } from "vitest";
import { here } from "../../setup/house.mjs";
import { violations } from "./accessibility.ts";
import { reach } from "./keyboard.ts";
import { canOpenDesktop } from "./needs-desktop.ts";
import { type Desktop, openDesktop, temporaryFolder } from "./open-desktop.ts";
import { keepScreen } from "./screens.ts";

const bytesPerSecond = 32_000;

describe.skipIf(!canOpenDesktop)("a recording from the microphone", { timeout: 240_000 }, () => {
  const folder = canOpenDesktop ? temporaryFolder() : "";
  const dataFolder = canOpenDesktop ? temporaryFolder() : "";
  let desktop: Desktop | undefined;
  afterAll(async () => {
    await desktop?.close();
    for (const path of [folder, dataFolder]) if (path !== "") rmSync(path, { recursive: true, force: true });
  });

  it("survives kill -9 of the whole program with at most two seconds lost, and is transcribed after the restart", async () => {
    // Real speech, over and over, from Chromium's stand-in for a microphone.
    const fakeMicrophone = join(folder, "speech.wav");
    cpSync(join(here.models, "apollo-13.wav"), fakeMicrophone);
    chmodSync(folder, 0o755);
    desktop = await openDesktop({ fakeMicrophone, dataFolder });
    const { page } = desktop;
    await reach(page, "Skip the introduction");
    await page.keyboard.press("Enter");
    await page.keyboard.press("Alt+3");
    await page.getByRole("heading", { name: "Recordings", exact: true }).waitFor();
    await page.keyboard.press("Control+Shift+R");
    await page.getByRole("heading", { name: "Record", exact: true }).waitFor();
    await page.keyboard.press("Control+Enter");
    await page.getByText("Recording", { exact: true }).first().waitFor({ timeout: 30_000 });
    const begun = Date.now();
    await page.waitForTimeout(20_000);
    await keepScreen(page, "recorder-light");
    expect(await violations(page)).toEqual([]);
    const heardMs = Date.now() - begun;
    await desktop.kill();
    const [capture] = readdirSync(join(dataFolder, "captures"));
    const { size } = statSync(join(dataFolder, "captures", capture ?? "", "audio.wav"));
    const keptMs = ((size - 44) / bytesPerSecond) * 1000;
    console.log(`recorded for ${heardMs} ms, ${Math.round(keptMs)} ms on disk after kill -9`);
    expect(keptMs).toBeGreaterThan(heardMs - 2000);
    await desktop.close();

    desktop = await openDesktop({ dataFolder });
    const again = desktop.page;
    await again.getByRole("heading", { level: 1 }).waitFor();
    await again.keyboard.press("Alt+3");
    await again
      .getByText(/recovered/)
      .first()
      .waitFor({ timeout: 60_000 });
    await again.getByText("Transcribed").first().waitFor({ timeout: 180_000 });
    await keepScreen(again, "recovered-light");
    await again.keyboard.press("Control+F");
    await again.keyboard.type("Houston");
    await again
      .getByText(/Said in/)
      .first()
      .waitFor({ timeout: 30_000 });
    expect(readdirSync(join(dataFolder, "captures"))).toEqual([]);
  });
});
