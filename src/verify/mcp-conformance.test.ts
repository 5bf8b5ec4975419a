import { execFile } from "node:child_process";
import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { createRequire } from "node:module";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, describe, expect, it } from "vitest";

/**
 * The protocol's own suite, `@modelcontextprotocol/conformance`, looks at our client: it starts a server on this machine,
 * runs our session against it, and says what it saw. Printed at the end: how many of its checks passed.
 */
const manifest = createRequire(import.meta.url).resolve("@modelcontextprotocol/conformance/package.json");
const suite = join(manifest, "..", "dist", "index.js");
const clientFile = fileURLToPath(new URL("../mcp/gateway/testing/conformance-client.ts", import.meta.url));
const folder = mkdtempSync(join(tmpdir(), "indoors-conformance-"));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const scenarios = ["initialize", "tools_call", "elicitation-sep1034-client-defaults", "sse-retry"];
/**
 * OAuth needs an authorization server, a browser and addresses that a server names: by decision there is none of it. A
 * private server gets a fixed credential, which the gateway keeps.
 */
const notSupported = /^auth\//;
/** How long a client waits before it comes back is measured, and this machine may be busy. */
const timed = "client-sse-retry-timing";

interface Check {
  readonly id: string;
  readonly status: "SUCCESS" | "FAILURE" | "WARNING" | "INFO" | "SKIPPED";
  readonly errorMessage?: string;
}

function conformance(...args: readonly string[]): Promise<{ readonly code: number; readonly output: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [suite, ...args], (error, stdout, stderr) => {
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr });
    });
  });
}

let runs = 0;
/** Runs one scenario against a command, and returns what was judged. */
async function judged(scenario: string, command: string): Promise<Check[]> {
  const results = join(folder, String(runs++));
  const { output } = await conformance("client", "--command", command, "--scenario", scenario, "-o", results);
  const file = readdirSync(results, { recursive: true, encoding: "utf8" }).find((name) => name.endsWith("checks.json"));
  if (file === undefined) throw new Error(output);
  const checks = JSON.parse(readFileSync(join(results, file), "utf8")) as Check[];
  return checks.filter(({ status }) => status !== "INFO");
}

const ours = (way: "plain" | "pinned") => `'${process.execPath}' '${clientFile}' ${way}`;
const passed = { plain: 0, pinned: 0 };

describe.each(["plain", "pinned"] as const)("our client over the %s transport", (way) => {
  it.each(scenarios)("conforms: %s", async (scenario) => {
    const checks = await judged(scenario, ours(way));
    expect(checks.length).toBeGreaterThan(0);
    expect(checks.filter(({ id, status }) => id !== timed && status !== "SUCCESS")).toEqual([]);
    passed[way] += checks.filter(({ status }) => status === "SUCCESS").length;
  });

  it("is told", () => {
    // oxlint-disable-next-line no-console -- the numbers of the closing note
    console.log(`conformance, client, ${way}: ${passed[way]} checks passed in ${scenarios.length} scenarios`);
    expect(passed[way]).toBeGreaterThanOrEqual(9);
  });
});

it("covers every scenario for clients but those of OAuth", async () => {
  const { output } = await conformance("list", "--client");
  const listed = [...output.matchAll(/^ +- (\S+)/gm)].map(([, name = ""]) => name);
  expect(listed.filter((name) => !notSupported.test(name))).toEqual(scenarios);
  expect(listed.length).toBeGreaterThan(scenarios.length);
});

it("would tell: a client that does nothing does not conform", async () => {
  const checks = await judged("sse-retry", `'${process.execPath}' -e 0`);
  expect(checks.some(({ status }) => status === "FAILURE")).toBe(true);
});

it("is refused where OAuth is demanded, and says so", async () => {
  const checks = await judged("auth/metadata-default", ours("plain"));
  expect(checks.some(({ status }) => status === "FAILURE")).toBe(true);
});
