import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type Client, connect } from "../shared/contract.ts";
import { hostContract } from "../shared/host-contract.ts";
import { memoryChannelPair } from "../shared/memory-channel.ts";
import { defaultPreferences } from "../shared/preferences.ts";
import { createConversation } from "../store/conversations.ts";
import { type Host, openHost } from "./host.ts";

const folder = mkdtempSync(join(tmpdir(), "indoors-host-"));
let host: Host;
const windows: Client<typeof hostContract>[] = [];

/** Answers come back through the contract's own schemas: a method that answers in another shape fails here. */
function window(): Client<typeof hostContract> {
  const [here, there] = memoryChannelPair();
  host.serve(there);
  const client = connect(here, hostContract);
  windows.push(client);
  return client;
}

beforeAll(async () => {
  host = await openHost({ dataFolder: folder, resume: "asked" });
}, 30_000);

afterAll(async () => {
  for (const client of windows) client.dispose();
  await host.dispose();
  rmSync(folder, { recursive: true, force: true });
}, 30_000);

describe("the host, as windows have it", () => {
  it("tells every window of a change that one makes", async () => {
    const [one, other] = [window(), window()];
    const heard = [one, other].map(
      (client) => new Promise((resolve) => client.on("settings.changed", (now) => resolve(now))),
    );
    const now = { ...defaultPreferences, theme: "dark" };
    expect(await one.call("settings.set", { theme: "dark" })).toEqual(now);
    expect(await Promise.all(heard)).toEqual([now, now]);
    expect(await other.call("settings.get", {})).toEqual(now);
    await expect(one.call("settings.set", { scale: 9 })).rejects.toMatchObject({ code: "contract.invalid" });
  });

  it("tells every window that a conversation was renamed or removed", async () => {
    const [one, other] = [window(), window()];
    const { id } = createConversation(host.store.writer, { title: "old" });
    const heard: string[] = [];
    other.on("list.changed", ({ what }) => heard.push(what));
    await one.call("conversations.rename", { id, title: "new" });
    const { conversations } = await other.call("conversations.list", { query: null, limit: 10 });
    expect(conversations).toMatchObject([{ id, title: "new", hit: null }]);
    await one.call("conversations.remove", { id });
    await expect(one.call("conversations.get", { id })).rejects.toMatchObject({ code: "not-found" });
    expect(heard).toEqual(["conversations", "conversations"]);
  });

  it("says what it is, whether it is sealed, and what its tools may do", async () => {
    const client = window();
    expect(await client.call("about.get", {})).toMatchObject({ version: host.files.version, dataFolder: folder });
    const { sandbox, openings, network } = await client.call("seal.get", {});
    expect(sandbox.probeId).not.toBe("");
    // Started by a test and not by the desktop, it may open sockets.
    expect(openings.length).toBe(network === "none" ? 1 : 2);
    const { tools } = await client.call("tools.list", {});
    const { cells } = await client.call("policy.matrix", { folders: [folder] });
    expect(cells).toHaveLength(tools.length * 2);
    await client.call("policy.setRule", { agent: null, tool: "write_file", grant: null, verdict: "deny" });
    const after = await client.call("policy.matrix", { folders: [] });
    expect(after.cells.find(({ tool }) => tool === "write_file")).toMatchObject({ verdict: "deny", rule: 0 });
    const rows = await host.audit.list({ action: "policy.change", runId: null, since: null, limit: 5 });
    expect(rows.length).toBeGreaterThan(0);
  }, 30_000);
});
