import { chmodSync, mkdirSync, readdirSync, rmSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { publishedServers, stageServer } from "../testing/server-bundles.ts";
import { violations } from "./accessibility.ts";
import { giveToDialogs } from "./files-of-person.ts";
import { press, reach } from "./keyboard.ts";
import { canOpenDesktop } from "./needs-desktop.ts";
import { type Desktop, openDesktop, temporaryFolder } from "./open-desktop.ts";
import { keepScreen } from "./screens.ts";

const modelMs = 200_000;

/** Servers that nobody here wrote, installed, reviewed and used in the window, each with the starter model. */
describe.skipIf(!canOpenDesktop)("MCP servers in the desktop", { timeout: 400_000 }, () => {
  let desktop: Desktop;
  let folder: string;
  let page: Page;
  const button = (name: string | RegExp) => page.getByRole("button", { name }).first();
  async function look(name: string): Promise<void> {
    await page.locator("h1").first().waitFor({ timeout: 30_000 });
    await keepScreen(page, name);
    expect(await violations(page), name).toEqual([]);
  }

  /** Installs the folder of a bundle, and approves what it lists. */
  async function install(name: keyof typeof publishedServers, as: string, settings: readonly string[] = []) {
    await page.keyboard.press("Alt+9");
    await giveToDialogs(desktop, [join(folder, name)]);
    await press(page, "Choose a folder…");
    await page.getByRole("dialog").waitFor({ timeout: 60_000 });
    if (settings.length > 0) {
      await giveToDialogs(desktop, settings);
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /^Choose a folder/ })
        .click();
    }
    await look(`server-import-${as}`);
    await press(page, "Install");
    await page.getByRole("heading", { name: as, level: 1 }).waitFor({ timeout: 60_000 });
    await button(/^Approve/).waitFor({ timeout: 60_000 });
    await look(`server-review-${as}`);
    const all = button(/^Approve all /);
    await ((await all.count()) > 0 ? all : button(/^Approve /)).click();
    await page.getByText("Approved", { exact: true }).first().waitFor({ timeout: 30_000 });
  }

  /** Asks, and waits for the question whether the tool may run. */
  async function askUntil(question: string, tool: string, server: string) {
    await page.keyboard.press("Alt+2");
    await page.getByRole("textbox", { name: "Your question" }).waitFor({ timeout: 30_000 });
    await page.keyboard.press("Alt+N");
    await page.waitForTimeout(300);
    await page.keyboard.press("Alt+W");
    await page.keyboard.type(question);
    await page.keyboard.press("Enter");
    await page.getByRole("heading", { name: `May it use ${tool} of ${server}?` }).waitFor({ timeout: modelMs });
  }

  async function allow() {
    await page.waitForTimeout(800);
    await press(page, "Allow");
  }

  /** What the model makes of it is nothing that is tested here. */
  async function stop() {
    await page.keyboard.press("Control+.");
    await ended();
  }

  /** The run has ended: another question can be sent. */
  const ended = () => button("Send").waitFor({ timeout: modelMs });

  beforeAll(async () => {
    folder = temporaryFolder();
    chmodSync(folder, 0o755);
    for (const name of ["everything", "filesystem", "memory"] as const) {
      stageServer(publishedServers[name], join(folder, name));
    }
    mkdirSync(join(folder, "letters"));
    writeFileSync(join(folder, "letters", "to-ann.txt"), "Dear Ann, the parcel is at the gate.\n");
    desktop = await openDesktop();
    page = desktop.page;
    desktop.own(folder);
    // The first run is another journey.
    await page.getByText("Welcome to Indoors").waitFor({ timeout: 30_000 });
    await press(page, "Skip the introduction");
  }, 60_000);
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    await keepScreen(page, `failed-server-${task.name.slice(0, 24).replaceAll(/\W+/g, "-")}`).catch(() => {});
  });
  afterAll(async () => {
    await desktop?.close();
    rmSync(folder, { recursive: true, force: true });
  });

  it("are brought from a folder, looked at, and reviewed", async () => {
    await page.keyboard.press("Alt+9");
    await page.getByText("No server yet").waitFor({ timeout: 30_000 });
    await page.getByText("Nothing is listed and nothing listens").waitFor({ timeout: 30_000 });
    await look("connections-empty");
    await install("everything", "everything");
    await install("filesystem", "filesystem", [join(folder, "letters")]);
    await install("memory", "memory");
    await page.keyboard.press("Alt+9");
    await page.getByRole("link", { name: "memory" }).waitFor({ timeout: 30_000 });
    await look("connections-servers");
    expect(desktop.pidsOf(join("gateway", "main.js"))).toEqual([]);
  });

  it("answer through the chat, each call approved", async () => {
    await askUntil("Echo: parcels", "echo", "everything");
    await look("server-approval");
    await allow();
    await page
      .getByText(/^Result, /)
      .first()
      .waitFor({ timeout: modelMs });
    await stop();
    await look("server-chat");
    await askUntil("Read the graph of memory.", "read_graph", "memory");
    await allow();
    await page
      .getByText(/^Result, /)
      .first()
      .waitFor({ timeout: modelMs });
    await stop();
    await askUntil(
      "Which directories are allowed? List allowed directories.",
      "list_allowed_directories",
      "filesystem",
    );
    await allow();
    await page.getByText(join(folder, "letters")).first().waitFor({ timeout: modelMs });
    await stop();
  });

  it("ask a person by a form, whose values go to that server", async () => {
    await askUntil("Trigger the elicitation request.", "trigger-elicitation-request", "everything");
    await allow();
    await page.getByRole("heading", { name: "everything asks you something" }).waitFor({ timeout: 60_000 });
    await look("server-form");
    await page
      .getByLabel(/^String \(needed\)/)
      .first()
      .fill("Ann");
    await page.getByRole("button", { name: "Send to everything" }).click();
    await page.getByText("Ann", { exact: false }).first().waitFor({ timeout: modelMs });
    await stop();
  });

  it("are in the matrix of every agent, each tool until a person refuses it", async () => {
    const find = async (words: string) => {
      await page.keyboard.press("Alt+4");
      await page.getByRole("searchbox", { name: "Find a tool or a server" }).fill(words);
    };
    await find("read_graph");
    await page.getByRole("button", { name: /^memory__read_graph .*Ask/ }).waitFor({ timeout: 30_000 });
    await look("agents-servers");
    await page.keyboard.press("Alt+9");
    await page.getByRole("link", { name: "memory" }).click();
    await reach(page, "Refuse read_graph", { most: 200 });
    await page.keyboard.press("Enter");
    await page.getByText("Refused", { exact: true }).first().waitFor({ timeout: 30_000 });
    await find("read_graph");
    await page.getByText("No tool has these words in its name.").waitFor({ timeout: 30_000 });
  });

  it("leave rows of names and decisions in the audit log", async () => {
    await page.keyboard.press("Alt+5");
    await page.getByText("Server added").first().waitFor({ timeout: 30_000 });
    await look("audit-servers");
  });

  it("keep what is theirs in folders of their own", () => {
    expect(readdirSync(join(desktop.dataFolder, "servers")).toSorted()).toEqual(["everything", "filesystem", "memory"]);
  });
});
