import { existsSync, mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it, onTestFinished, vi } from "vitest";
import { writeHostileServer } from "../../mcp/testing/hostile-server.ts";
import type { Sandbox } from "../../tools/sandbox/sandbox.ts";
import { openHere } from "../../tools/sandbox/testing/machine.ts";
import { realSandbox } from "../../tools/testing/real-sandbox.ts";
import type { SessionEvent } from "./connect-session.ts";
import { openSealedSession, type SealedServer, type SealedSessionOptions } from "./sealed-session.ts";

const packages = fileURLToPath(new URL("../../../node_modules", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "indoors-sealed-session-"));
const sandbox = await realSandbox();
afterAll(async () => {
  await sandbox?.dispose();
  rmSync(folder, { recursive: true, force: true });
});

let made = 0;
function newFolder(files: Readonly<Record<string, string>> = {}): string {
  const path = join(folder, String(made++));
  mkdirSync(path);
  for (const [name, content] of Object.entries(files)) writeFileSync(join(path, name), content);
  return path;
}

/** One of the servers that others have written, as it lies in node_modules. */
function real(name: string, args: readonly string[] = [], more: Partial<SealedServer> = {}): SealedServer {
  const file = join(packages, "@modelcontextprotocol", `server-${name}`, "dist", "index.js");
  return {
    ...{ name, file: process.execPath, args: [file, ...args], env: {}, readOnly: [packages], writable: [newFolder()] },
    ...{ grants: [], ...more },
  };
}

function own(behaviour: string, more: Partial<SealedServer> = {}): SealedServer {
  const place = newFolder();
  const args = [writeHostileServer(place, behaviour)];
  const server = { name: "own", file: process.execPath, args, env: {}, readOnly: [place], grants: [] };
  return { ...server, writable: [newFolder()], ...more };
}

async function open(server: SealedServer, more: Partial<SealedSessionOptions> = {}) {
  const events: SessionEvent[] = [];
  const session = await openSealedSession({
    ...{ sandbox: sandbox as Sandbox, nodePath: process.execPath, server, signal: new AbortController().signal },
    ...{ clientVersion: "0", elicitation: true, sampling: true },
    host: { elicit: () => ({ action: "decline" }), sample: () => ({ text: "", model: "", stop: "end" }) },
    onEvent: (event) => void events.push(event),
    onFault: () => {},
    ...more,
  });
  onTestFinished(() => session.dispose());
  const { tools } = await session.client.call("tools", {});
  const call = (tool: string, args: Readonly<Record<string, unknown>> = {}) =>
    session.client.call("call", { callId: tool, tool, arguments: args, timeoutMs: 10_000 });
  return { session, events, call, tools: tools.map(({ name }) => name) };
}

/** What everybody on this machine can see of processes: the words they were started with. */
const commandLines = () =>
  readdirSync("/proc")
    .filter((name) => Number(name) > 0)
    .map((pid) => {
      try {
        return readFileSync(`/proc/${pid}/cmdline`, "utf8");
      } catch {
        return "";
      }
    })
    .join("\n");

describe.skipIf(sandbox === null)("a server that somebody else wrote", () => {
  it("memory: keeps what it is told in its own folder, from one start to the next", async () => {
    const kept = newFolder();
    const more = { writable: [kept], env: { MEMORY_FILE_PATH: join(kept, "memory.jsonl") } };
    const { session, call, tools } = await open(real("memory", [], more));
    expect(session.info).toMatchObject({ name: "memory-server", tools: true });
    expect(tools).toContain("create_entities");
    const entities = [{ name: "Ann", entityType: "person", observations: ["Has a dog."] }];
    await call("create_entities", { entities });
    await session.dispose();
    expect(readdirSync(kept)).toEqual(["memory.jsonl"]);
    const again = await open(real("memory", [], more));
    expect((await again.call("read_graph")).text).toContain("Has a dog.");
  });

  it("filesystem: reads a folder that it was granted, and is refused the rest by the kernel", async () => {
    const granted = newFolder({ "a.txt": "text of a" });
    const other = newFolder({ "b.txt": "secret" });
    const grants = [{ name: "g", path: granted, mode: "ro" as const }];
    // It is told of both folders itself: what keeps it out is not its own care.
    const { call } = await open(real("filesystem", [granted, other], { grants }));
    expect((await call("read_text_file", { path: join(granted, "a.txt") })).text).toBe("text of a");
    expect(await call("read_text_file", { path: join(other, "b.txt") })).toMatchObject({ isError: true });
    expect(await call("write_file", { path: join(granted, "c.txt"), content: "x" })).toMatchObject({ isError: true });
    expect(readdirSync(granted)).toEqual(["a.txt"]);
  });

  it("filesystem: what it writes to a folder is staged until it is finished, and the folder stays", async () => {
    const granted = newFolder({ "a.txt": "before" });
    const grants = [{ name: "g", path: granted, mode: "rw" as const }];
    const { session, call } = await open(real("filesystem", [granted], { grants }));
    await call("write_file", { path: join(granted, "b.txt"), content: "new" });
    await call("edit_file", { path: join(granted, "a.txt"), edits: [{ oldText: "before", newText: "after" }] });
    const [layer] = await session.finish();
    expect(await session.ended).toBe("It was ended.");
    expect(readFileSync(join(layer?.folder ?? "", "a.txt"), "utf8")).toBe("after");
    expect(readFileSync(join(layer?.folder ?? "", "b.txt"), "utf8")).toBe("new");
    expect(readFileSync(join(granted, "a.txt"), "utf8")).toBe("before");
    expect(readdirSync(granted)).toEqual(["a.txt"]);
    await session.dispose();
    expect(existsSync(layer?.folder ?? "")).toBe(false);
  });

  it("everything: asks people and the model, and tells how far it is", async () => {
    const forms: string[][] = [];
    const { session, call, events } = await open(real("everything", ["stdio"]), {
      host: {
        elicit({ fields }) {
          forms.push(fields.map(({ key }) => key));
          return { action: "accept", values: { name: "Ann", check: true, integer: 7 } };
        },
        sample: ({ messages }) => ({ text: `I read: ${messages[0]?.text}`, model: "local", stop: "end" }),
      },
    });
    expect((await call("echo", { message: "hello" })).text).toBe("Echo: hello");
    expect((await call("trigger-elicitation-request")).text).toContain("Ann");
    expect(forms[0]?.length).toBeGreaterThan(8);
    const sampled = await call("trigger-sampling-request", { prompt: "why", maxTokens: 10 });
    expect(sampled.text).toContain("I read: Resource trigger-sampling-request context: why");
    await call("trigger-long-running-operation", { duration: 0.2, steps: 4 });
    expect(events.filter(({ event }) => event === "progress").length).toBeGreaterThanOrEqual(2);
    expect(await call("get-structured-content", { location: "New York" })).toMatchObject({
      data: { temperature: expect.any(Number) },
    });
    expect((await call("get-tiny-image")).leftOut).toMatchObject([{ kind: "image", mimeType: "image/png" }]);
    const { resources } = await session.client.call("resources", {});
    const uri = resources[0]?.uri ?? "";
    expect((await session.client.call("readResource", { uri, timeoutMs: 5000 })).text.length).toBeGreaterThan(10);
    const { prompts } = await session.client.call("prompts", {});
    expect(prompts.map(({ name }) => name)).toContain("simple-prompt");
    const prompt = await session.client.call("prompt", { name: "simple-prompt", arguments: {} });
    expect(prompt.text).toMatch(/^user: /);
  });

  it("sequential thinking: thinks", async () => {
    const { call, tools } = await open(real("sequential-thinking"));
    expect(tools).toEqual(["sequentialthinking"]);
    const thought = { thought: "one", nextThoughtNeeded: false, thoughtNumber: 1, totalThoughts: 1 };
    expect(await call("sequentialthinking", thought)).toMatchObject({ isError: false, data: { thoughtNumber: 1 } });
  });
});

const weaker = sandbox === null ? null : await openHere("landlock");
afterAll(() => weaker?.dispose());

describe.skipIf(sandbox === null)("a sealed session", () => {
  it.skipIf(weaker?.report.level !== "B")("holds where there are no namespaces, too", async () => {
    const secret = join(newFolder({ "b.txt": "secret" }), "b.txt");
    const behaviour = `attempt = async () => {
      const { readFileSync, writeFileSync } = load("fs");
      writeFileSync(process.env.HOME + "/kept", "");
      writeFileSync(process.env.TMPDIR + "/gone", "");
      return readFileSync(${JSON.stringify(secret)}, "utf8");
    };`;
    const server = own(behaviour);
    const { call } = await open(server, { sandbox: weaker as Sandbox });
    expect((await call("attempt")).text).toBe("failed: EACCES");
    expect(readdirSync(server.writable[0] ?? "")).toEqual(["kept"]);
    expect(readFileSync(secret, "utf8")).toBe("secret");
  });

  it("shows a server's secrets to nobody else on the machine", async () => {
    const behaviour = `attempt = async () => process.env.TOKEN;`;
    const { call } = await open(own(behaviour, { env: { TOKEN: "s3cret-of-the-server" } }));
    expect((await call("attempt")).text).toBe("s3cret-of-the-server");
    expect(commandLines()).not.toContain("s3cret-of-the-server");
    // The control: an argument would be seen.
    const program = own(behaviour);
    await open({ ...program, args: [...program.args, "s3cret-as-argument"] });
    expect(commandLines()).toContain("s3cret-as-argument");
  });

  it("says how a server ended, and answers no more", async () => {
    const { session, call } = await open(own("attempt = async () => process.exit(3);"));
    await expect(call("attempt")).rejects.toMatchObject({ code: "server.failed" });
    expect(await session.ended).toBe("It ended (exit code 3).");
    await expect(call("attempt")).rejects.toThrow("It ended (exit code 3).");
    expect(await session.sealed.exited).toMatchObject({ limit: null });
  });

  it("says why a server did not start, and leaves nothing", async () => {
    await expect(open(own("process.exit(4);"))).rejects.toThrow("It ended (exit code 4).");
    await expect(open(own("", { file: "/nowhere/server" }))).rejects.toThrow(/not started: \/nowhere\/server/);
    await expect(open(own("", { readOnly: ["/nowhere"] }))).rejects.toMatchObject({ code: "tool.failed" });
    await expect(open(own("", { writable: ["/etc"] }))).rejects.toMatchObject({ code: "input.invalid" });
    const hanging = own(`on.initialize = () => {};`);
    await expect(open(hanging, { signal: AbortSignal.timeout(300) })).rejects.toMatchObject({ code: "cancelled" });
    await vi.waitFor(() => expect(commandLines()).not.toContain(hanging.args[0]), { timeout: 10_000 });
  });

  it("says which limit a server went over", async () => {
    const more = { limits: { outputBytes: 20_000 } };
    const { session, call } = await open(own(`attempt = async () => "x".repeat(30_000);`, more));
    await expect(call("attempt")).rejects.toMatchObject({ code: "server.failed" });
    expect(await session.ended).toBe("It sent too much.");
  });

  it("ends politely: a server that is dismissed may finish what it does", async () => {
    const server = own(
      `process.stdin.on("end", () => setTimeout(() => load("fs").writeFileSync(process.env.HOME + "/last", "word"), 300));`,
    );
    const { session } = await open(server);
    await session.dispose();
    expect(readFileSync(join(server.writable[0] ?? "", "last"), "utf8")).toBe("word");
  });
});
