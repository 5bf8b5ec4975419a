import { cpSync, existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, it, vi } from "vitest";
import type { SessionEvent } from "../host/mcp/connect-session.ts";
import type { SealedSession } from "../host/mcp/sealed-session.ts";
import { IndoorsError } from "../shared/errors.ts";
import type { ServerResult } from "../shared/mcp-contract.ts";
import type { Sandbox } from "../tools/sandbox/sandbox.ts";
import { realSandbox } from "../tools/testing/real-sandbox.ts";
import { buildSqlite3 } from "./testing/build-sqlite3.ts";
import { type InstalledServer, installServer } from "./testing/real-servers.ts";
import { publishedServers, stageServer } from "./testing/server-bundles.ts";

// Servers that nobody here wrote, each installed as a bundle and run sealed; every tool that one lists is called.

const folder = mkdtempSync(join(tmpdir(), "indoors-real-servers-"));
const sandbox = (await realSandbox()) as Sandbox;
const sqlite3 = sandbox === null ? null : await buildSqlite3();
afterAll(async () => {
  await sandbox?.dispose();
  rmSync(folder, { recursive: true });
});

const open: SealedSession[] = [];
afterAll(() => Promise.all(open.map((session) => session.dispose())));

async function started(
  server: InstalledServer,
  options?: Parameters<InstalledServer["open"]>[0],
): Promise<SealedSession> {
  const session = await server.open(options);
  open.push(session);
  // A session calls what it was seen to list.
  await session.client.call("tools", {});
  return session;
}

let calls = 0;
/** Calls tools of one session, and remembers which. */
function callsOf(session: SealedSession) {
  const called = new Set<string>();
  const call = (tool: string, args: object = {}, signal?: AbortSignal): Promise<ServerResult> => {
    called.add(tool);
    const params = { callId: `call-${calls++}`, tool, arguments: { ...args }, timeoutMs: 20_000 };
    return session.client.call("call", params, { signal });
  };
  return {
    call,
    /** The text of an answer that is no error. */
    text: async (tool: string, args: object = {}) => {
      const { text, isError } = await call(tool, args);
      expect(isError, text).toBe(false);
      return text;
    },
    error: async (tool: string, args: object = {}) => {
      const { text, isError } = await call(tool, args);
      expect(isError, text).toBe(true);
      return text;
    },
    /** Tools that it lists and that were not called. */
    left: async () => {
      const { tools } = await session.client.call("tools", {});
      return tools.map(({ name }) => name).filter((name) => !called.has(name));
    },
  };
}

function install(name: keyof typeof publishedServers): Promise<InstalledServer> {
  const source = stageServer(publishedServers[name], join(folder, "sources", name));
  if (name === "sqlite" && sqlite3 !== null) {
    const place = join(source, "node_modules/sqlite3/build/Release");
    mkdirSync(place, { recursive: true });
    cpSync(sqlite3, join(place, "node_sqlite3.node"));
  }
  return installServer(source, join(folder, "servers", name), sandbox);
}

describe.skipIf(sandbox === null)("server-filesystem", () => {
  let server: InstalledServer;
  let [files, outside] = ["", ""];
  beforeAll(async () => {
    server = await install("filesystem");
    files = join(folder, "letters");
    outside = join(folder, "private");
    for (const place of [files, outside]) mkdirSync(place);
    writeFileSync(join(files, "a.txt"), "first\nsecond\nthird\n");
    writeFileSync(join(files, "b.txt"), "beta");
    writeFileSync(join(outside, "secret.txt"), "nobody's business");
  });

  it("reads in its folder, with each of its tools that read", async () => {
    const { text, error, left } = callsOf(await started(server, { settings: { folders: [files] } }));
    const [a, b] = ["a.txt", "b.txt"].map((name) => join(files, name));
    expect(await text("list_allowed_directories")).toContain(files);
    expect(await text("read_file", { path: b })).toBe("beta");
    expect(await text("read_text_file", { path: a, head: 1 })).toBe("first");
    expect(await text("read_multiple_files", { paths: [a, b] })).toMatch(/first[^]*beta/);
    expect(await text("read_media_file", { path: b })).toMatch(/Left out/);
    expect(await text("list_directory", { path: files })).toBe("[FILE] a.txt\n[FILE] b.txt");
    expect(await text("list_directory_with_sizes", { path: files })).toContain("19 B");
    expect(JSON.parse(await text("directory_tree", { path: files }))).toHaveLength(2);
    expect(await text("search_files", { path: files, pattern: "b*" })).toBe(b);
    expect(await text("get_file_info", { path: a })).toContain("size: 19");
    // Its folder is read-only: what writes fails, by the sandbox and not by the server.
    expect(await error("write_file", { path: join(files, "c.txt"), content: "new" })).toContain("EROFS");
    expect(await error("edit_file", { path: b, edits: [{ oldText: "beta", newText: "gamma" }] })).toContain("EROFS");
    expect(await error("create_directory", { path: join(files, "d") })).toMatch(/EROFS|ENOENT/);
    expect(await error("move_file", { source: b, destination: join(files, "e.txt") })).toContain("EROFS");
    expect(readdirSync(files)).toEqual(["a.txt", "b.txt"]);
    // The server itself refuses what is not its own.
    expect(await error("read_file", { path: join(outside, "secret.txt") })).toContain("outside allowed directories");
    expect(await left()).toEqual([]);
  });

  it("cannot reach another folder, even where it would itself allow it", async () => {
    const whole = await started(server, { settings: { folders: [files] } });
    // The same server, told that all of the machine is its own: with its folder granted alone, and with the other one, too.
    const everything = async (granted: string[]) => {
      const session = await started(server, { settings: { folders: granted }, more: [folder] });
      return callsOf(session).call("read_file", { path: join(outside, "secret.txt") });
    };
    expect(await everything([files])).toMatchObject({ isError: true, text: expect.stringContaining("ENOENT") });
    expect(await everything([files, outside])).toMatchObject({ isError: false, text: "nobody's business" });
    expect(whole.info.name).toBe("secure-filesystem-server");
  });

  it("writes where it may, into a layer that is looked at first", async () => {
    const session = await started(server, { settings: { folders: [files] }, writes: true });
    const { text } = callsOf(session);
    const path = join(files, "c.txt");
    await text("write_file", { path, content: "new" });
    await text("edit_file", { path: join(files, "b.txt"), edits: [{ oldText: "beta", newText: "gamma" }] });
    await text("create_directory", { path: join(files, "d") });
    await text("move_file", { source: path, destination: join(files, "d/c.txt") });
    expect(await text("read_file", { path: join(files, "d/c.txt") })).toBe("new");
    expect(readdirSync(files)).toEqual(["a.txt", "b.txt"]);
    const [layer] = await session.finish();
    expect(readFileSync(join(layer!.folder, "d/c.txt"), "utf8")).toBe("new");
    expect(readFileSync(join(layer!.folder, "b.txt"), "utf8")).toBe("gamma");
    expect(readFileSync(join(files, "b.txt"), "utf8")).toBe("beta");
  });
});

describe.skipIf(sandbox === null)("server-memory", () => {
  it("remembers in its private folder, from one session to the next", async () => {
    const server = await install("memory");
    const first = await started(server);
    const { text, left } = callsOf(first);
    const entity = (name: string) => ({ name, entityType: "person", observations: [`${name} is here`] });
    const relation = { from: "Ann", to: "Bob", relationType: "knows" };
    expect(await text("create_entities", { entities: [entity("Ann"), entity("Bob"), entity("Eve")] })).toContain(
      "Eve is here",
    );
    expect(await text("create_relations", { relations: [relation, { ...relation, to: "Eve" }] })).toContain("knows");
    await text("add_observations", { observations: [{ entityName: "Ann", contents: ["likes tea", "likes coffee"] }] });
    await text("delete_observations", { deletions: [{ entityName: "Ann", observations: ["likes coffee"] }] });
    await text("delete_relations", { relations: [{ ...relation, to: "Eve" }] });
    await text("delete_entities", { entityNames: ["Eve"] });
    expect(await text("search_nodes", { query: "tea" })).toContain("Ann");
    expect(await text("open_nodes", { names: ["Bob"] })).toContain("Bob is here");
    expect(JSON.parse(await text("read_graph"))).toMatchObject({
      entities: [{ name: "Ann" }, { name: "Bob" }],
      relations: [relation],
    });
    const { resources } = await first.client.call("resources", {});
    const uri = resources[0]?.uri ?? "";
    expect((await first.client.call("readResource", { uri, timeoutMs: 20_000 })).text).toContain("likes tea");
    expect(await left()).toEqual([]);
    await first.dispose();

    expect(readdirSync(server.dataFolder)).toEqual(["memory.jsonl"]);
    const second = callsOf(await started(server));
    const graph = await second.text("read_graph");
    expect(graph).toContain("likes tea");
    expect(graph).not.toContain("coffee");
    // The control: without its folder there is nothing to remember.
    rmSync(join(server.dataFolder, "memory.jsonl"));
    expect(JSON.parse(await callsOf(await started(server)).text("read_graph"))).toEqual({
      entities: [],
      relations: [],
    });
  });
});

describe.skipIf(sandbox === null)("server-sequential-thinking", () => {
  it("counts thoughts", async () => {
    const { text, call, left } = callsOf(await started(await install("thinking")));
    const thought = { thought: "It is locked.", nextThoughtNeeded: true, thoughtNumber: 1, totalThoughts: 2 };
    expect(JSON.parse(await text("sequentialthinking", thought))).toMatchObject({ thoughtHistoryLength: 1 });
    const last = { ...thought, thoughtNumber: 2, nextThoughtNeeded: false };
    expect((await call("sequentialthinking", last)).data).toMatchObject({
      thoughtHistoryLength: 2,
      nextThoughtNeeded: false,
    });
    await expect(call("sequentialthinking", { ...thought, thoughtNumber: 0 })).rejects.toMatchObject({
      code: "input.invalid",
    });
    expect(await left()).toEqual([]);
  });
});

describe.skipIf(sandbox === null)("server-everything", () => {
  let server: InstalledServer;
  beforeAll(async () => {
    server = await install("everything");
  });

  it("answers with each of its tools", async () => {
    const events: SessionEvent[] = [];
    const asked: unknown[] = [];
    const session = await started(server, {
      onEvent: (event) => events.push(event),
      host: {
        elicit: ({ message, fields }) => {
          asked.push(message);
          const kinds = new Set(fields.map(({ type }) => type));
          expect(kinds).toEqual(new Set(["string", "boolean", "integer", "number", "choice", "choices"]));
          return {
            action: "accept",
            values: { name: "Ann", integer: 7, untitledMultipleSelectEnum: ["Piano", "Bass"] },
          };
        },
        sample: ({ messages }) => {
          asked.push(messages[0]?.text);
          throw new IndoorsError("tool.denied", "No rule lets it use the model.");
        },
      },
    });
    const { text, error, call, left } = callsOf(session);
    // It lists some of its tools a little later.
    await vi.waitFor(async () => expect(await left()).toContain("trigger-sampling-request"));
    expect(await text("echo", { message: "hello" })).toBe("Echo: hello");
    expect(await text("get-sum", { a: 2, b: 40 })).toBe("The sum of 2 and 40 is 42.");
    await expect(call("get-sum", { a: "2", b: 40 })).rejects.toMatchObject({ code: "input.invalid" });
    expect(await text("get-annotated-message", { messageType: "error", includeImage: true })).toMatch(
      /Operation failed[^]*Left out: image/,
    );
    const image = await call("get-tiny-image");
    expect(image.leftOut).toEqual([{ kind: "image", mimeType: "image/png", bytes: expect.any(Number) }]);
    expect(await text("get-resource-links", { count: 2 })).toContain("demo://resource/dynamic/text/2");
    expect(await text("get-resource-reference", { resourceType: "Text", resourceId: 1 })).toContain(
      "plaintext resource",
    );
    expect((await call("get-structured-content", { location: "Chicago" })).data).toMatchObject({ humidity: 82 });
    expect(
      await text("gzip-file-as-resource", { name: "a.gz", data: "data:text/plain,hi", outputType: "resource" }),
    ).toContain("application/gzip");
    for (const tool of ["toggle-simulated-logging", "toggle-subscriber-updates"]) {
      expect(await text(tool)).toContain("Started");
      expect(await text(tool)).toContain("Stopped");
    }
    // Nothing of the host is in its environment.
    const inside = JSON.parse(await text("get-env")) as Record<string, string>;
    expect(Object.keys(inside).sort()).toEqual(["HOME", "LANG", "PATH", "TMPDIR", "TZ"]);
    expect(inside["HOME"]).toBe(server.dataFolder);
    // It would fetch that.
    expect(await error("gzip-file-as-resource", { name: "a.gz", data: "https://192.0.2.1/" })).toContain(
      "fetch failed",
    );

    expect(await text("trigger-long-running-operation", { duration: 0.4, steps: 4 })).toContain("completed");
    const progress = events.flatMap((one) => (one.event === "progress" ? [one.payload] : []));
    expect(progress.slice(0, 3).map((one) => [one.progress, one.total])).toEqual([1, 2, 3].map((step) => [step, 4]));

    expect(await text("trigger-elicitation-request")).toMatch(/Name: Ann[^]*Integer: 7[^]*Piano[^]*Bass/);
    expect(await error("trigger-sampling-request", { prompt: "Say something", maxTokens: 10 })).toContain(
      "No rule lets it",
    );
    expect(asked).toEqual([expect.stringContaining("provide inputs"), expect.stringContaining("Say something")]);
    // It runs as a task only, which Indoors does not do.
    expect(await error("simulate-research-query", { topic: "tea" })).toContain("task");
    expect(await left()).toEqual([]);
  });

  it("gives resources and prompts", async () => {
    const { client, info } = await started(server);
    expect(info.instructions).toContain("Server Instructions");
    const { resources } = await client.call("resources", {});
    expect(resources.map(({ name }) => name)).toContain("features.md");
    const read = (uri: string) => client.call("readResource", { uri, timeoutMs: 20_000 });
    expect((await read(resources[0]?.uri ?? "")).text).toContain("# Everything Server");
    expect((await read("demo://resource/dynamic/text/1")).text).toContain("plaintext resource");
    expect((await read("demo://resource/dynamic/blob/1")).leftOut).toHaveLength(1);
    await expect(read("demo://resource/none")).rejects.toMatchObject({ code: "tool.failed" });
    const { prompts } = await client.call("prompts", {});
    const given: Record<string, Record<string, string>> = {
      ...{ "simple-prompt": {}, "args-prompt": { city: "Bern", state: "BE" } },
      ...{ "completable-prompt": { department: "Sales", name: "David" } },
      ...{ "resource-prompt": { resourceType: "Text", resourceId: "1" } },
    };
    expect(prompts.map(({ name }) => name).sort()).toEqual(Object.keys(given).sort());
    const texts = Object.entries(given).map(([name, args]) => client.call("prompt", { name, arguments: args }));
    expect((await Promise.all(texts)).map(({ text }) => text)).toEqual([
      expect.stringContaining("without arguments"),
      expect.stringContaining("weather in Bern, BE"),
      expect.stringContaining("David"),
      expect.stringContaining("plaintext resource"),
    ]);
  });

  it("offers no forms and no sampling when it is told that nobody is there", async () => {
    const { tools } = await (await started(server)).client.call("tools", {});
    expect(tools.map(({ name }) => name)).toContain("echo");
    expect(tools.filter(({ name }) => /elicitation|sampling|roots/.test(name))).toEqual([]);
  });

  it("stops when a call is cancelled, and goes on answering", async () => {
    const controller = new AbortController();
    const session = await started(server, {
      onEvent: ({ event }) => {
        if (event === "progress") controller.abort();
      },
    });
    const { call, text } = callsOf(session);
    const long = call("trigger-long-running-operation", { duration: 1000, steps: 10_000 }, controller.signal);
    await expect(long).rejects.toMatchObject({ code: "cancelled" });
    expect(await text("echo", { message: "still here" })).toBe("Echo: still here");
  });
});

describe.skipIf(sqlite3 === null)("mcp-server-sqlite-npx", () => {
  it("keeps a database in its private folder", async () => {
    const server = await install("sqlite");
    const session = await started(server);
    const { text, call, left } = callsOf(session);
    await text("create_table", { query: "CREATE TABLE visits (who TEXT NOT NULL, day INTEGER)" });
    await text("write_query", { query: "INSERT INTO visits VALUES ('Ann', 1), ('Bob', 2)" });
    expect(JSON.parse(await text("read_query", { query: "SELECT who FROM visits ORDER BY day DESC" }))).toEqual([
      { who: "Bob" },
      { who: "Ann" },
    ]);
    expect(await text("list_tables")).toContain("visits");
    expect(await text("describe_table", { table_name: "visits" })).toContain("day");
    expect((await call("read_query", { query: "DROP TABLE visits" })).isError).toBe(true);
    expect(await left()).toEqual([]);
    await session.dispose();
    expect(existsSync(join(server.dataFolder, "notes.db"))).toBe(true);
    const again = callsOf(await started(server));
    expect(await again.text("read_query", { query: "SELECT count(*) AS n FROM visits" })).toContain("2");
  });
});
