import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { afterAll, afterEach, beforeAll, describe, expect, it } from "vitest";
import { here } from "../../setup/house.mjs";
import { violations } from "./accessibility.ts";
import { press } from "./keyboard.ts";
import { canOpenDesktop } from "./needs-desktop.ts";
import { type Desktop, openDesktop } from "./open-desktop.ts";
import { keepScreen } from "./screens.ts";

const entry = join(here.modules, "@modelcontextprotocol", "server-everything", "dist", "index.js");
/** Above what systems give out by themselves, and another one in each process of the tests. */
const port = 61_000 + (process.pid % 4000);

/** The window's host has no network: the shell starts the gateway for it, and only while something is listed. */
describe.skipIf(!canOpenDesktop)("the perimeter in the desktop", { timeout: 120_000 }, () => {
  let desktop: Desktop;
  let page: Page;
  let server: ChildProcess;
  const gateways = () => desktop.pidsOf(join("gateway", "main.js"));
  async function look(name: string): Promise<void> {
    await keepScreen(page, name);
    expect(await violations(page), name).toEqual([]);
  }

  beforeAll(async () => {
    server = spawn(process.execPath, [entry, "streamableHttp"], {
      env: { PORT: String(port) },
      stdio: ["ignore", "pipe", "pipe"],
    });
    if (server.stderr === null) throw new Error("the server has no stderr");
    await once(server.stderr, "data");
    desktop = await openDesktop();
    page = desktop.page;
    await page.getByText("Welcome to Indoors").waitFor({ timeout: 30_000 });
    await press(page, "Skip the introduction");
  }, 60_000);
  afterEach(async ({ task }) => {
    if (task.result?.state !== "fail") return;
    await keepScreen(page, `failed-perimeter-${task.name.slice(0, 24).replaceAll(/\W+/g, "-")}`).catch(() => {});
  });
  afterAll(async () => {
    await desktop?.close();
    server?.kill("SIGKILL");
  });

  it("says sealed, and has no gateway, while nothing is listed", async () => {
    await page.keyboard.press("Alt+9");
    await page.getByText("Nothing is listed and nothing listens").waitFor({ timeout: 30_000 });
    await page.getByText("Sealed – nothing leaves this machine").waitFor({ timeout: 30_000 });
    expect(gateways()).toEqual([]);
  });

  it("lists a private server exactly as a person saw it, and reaches it", async () => {
    await press(page, "List an address…");
    const dialog = page.getByRole("dialog");
    await dialog.getByLabel("Address of the MCP server").fill(`http://127.0.0.1:${port}/mcp`);
    await dialog.getByRole("button", { name: "Look at it" }).click();
    await dialog.getByText("127.0.0.1").first().waitFor({ timeout: 30_000 });
    await dialog.getByLabel("Name", { exact: true }).fill("records");
    await look("perimeter-add");
    await dialog.getByRole("button", { name: "List it exactly so" }).click();
    await page.getByText("The gateway runs", { exact: true }).waitFor({ timeout: 30_000 });
    expect(gateways().length).toBeGreaterThan(0);
    await page.getByRole("button", { name: "Test records" }).click();
    // The last step, and so all before it.
    await page.getByText(/^It lists its tools: \d+ tools/).waitFor({ timeout: 30_000 });
    await page.getByText("Sealed – nothing leaves this machine").waitFor({ state: "detached", timeout: 30_000 });
    await look("perimeter-listed");
  });

  it("has its tools reviewed like those of any server", async () => {
    await page.getByRole("link", { name: "records" }).first().click();
    await page.getByRole("button", { name: "Start and read its tools" }).click();
    await page.getByRole("heading", { name: "echo", exact: true }).waitFor({ timeout: 30_000 });
    await look("perimeter-server");
  });

  it("is sealed again, without the process, when it is taken off the list", async () => {
    await page.keyboard.press("Alt+9");
    await page.getByRole("button", { name: "Remove records" }).click();
    await page.getByRole("dialog").getByRole("button", { name: "Remove" }).click();
    await page.getByText("Nothing is listed and nothing listens").waitFor({ timeout: 30_000 });
    await expect.poll(gateways, { timeout: 30_000 }).toEqual([]);
    await page.getByText("Sealed – nothing leaves this machine").waitFor({ timeout: 30_000 });
  });
});
