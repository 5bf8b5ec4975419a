import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from "vitest";
import type { AuditRow } from "../shared/audit-contract.ts";
import { gatewayPort } from "../shared/desktop-contract.ts";
import { gatewayCommand } from "../shared/gateway-command.ts";
import type { PerimeterView, Readiness } from "../shared/host-contract.ts";
import { defaultBudget, emptyPerimeter, type PerimeterFile } from "../shared/perimeter.ts";
import { forkHost } from "../host/testing/fork-host.ts";
import { GatewayProcess } from "../main/gateway-process.ts";
import { tryHostSeal } from "../main/host-seal.ts";
import { runIndoors, startIndoors } from "./run-indoors.ts";
import { type PrivateServer, startPrivateServer } from "./testing/private-server.ts";

// The perimeter from the outside: the command line, and the host as the desktop starts it, each with a real gateway
// process and a real HTTPS server.
const top = realpathSync(mkdtempSync(join(tmpdir(), "indoors-perimeter-")));
const secret = "Bearer jg81-only-the-gateway-knows";
let server: PrivateServer;
beforeAll(async () => {
  server = await startPrivateServer(secret);
});
afterAll(async () => {
  await server.close();
  rmSync(top, { recursive: true, force: true });
});

const root = fileURLToPath(new URL("../../", import.meta.url));

/** The processes of a data folder's gateway. */
function gatewaysOf(data: string): readonly number[] {
  return readdirSync("/proc")
    .filter((name) => /^\d+$/.test(name))
    .flatMap((pid) => {
      try {
        const words = readFileSync(`/proc/${pid}/cmdline`, "utf8").split("\0");
        return words.some((word) => /mcp\/gateway\/main\.[jt]s$/.test(word)) && words.includes(join(data, "perimeter"))
          ? [Number(pid)]
          : [];
      } catch {
        return [];
      }
    });
}

/** Every file of a folder that holds this text. */
function filesWith(text: string, folder: string): readonly string[] {
  const files = readdirSync(folder, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  return files
    .map(({ parentPath, name }) => join(parentPath, name))
    .filter((path) => readFileSync(path).includes(text));
}

describe("from the command line", () => {
  const data = join(top, "by-hand");
  const indoors = (...words: string[]) => runIndoors([...words, "--data", data]);
  const add = (...words: string[]) => indoors("perimeter", "add", "records", server.url, ...words);
  const credential = join(top, "credential");

  it("an address is examined, listed with its certificate, tested, and taken off again", async () => {
    const before = await indoors("perimeter", "list");
    expect(before).toMatchObject({ code: 0, stdout: expect.stringMatching(/^Sealed: nothing is listed/) });
    expect(existsSync(join(data, "perimeter"))).toBe(false);

    // Nobody is there to compare the certificate, or it is another one.
    const alone = await add();
    expect(alone).toMatchObject({ code: 3, stderr: expect.stringContaining("nobody can be asked") });
    expect(alone.stdout).toContain(server.certificate);
    expect((await add("--certificate", "a".repeat(64))).stderr).toContain("was expected");
    expect(existsSync(join(data, "perimeter.json"))).toBe(false);
    expect(server.seen().filter((line) => line.startsWith("POST"))).toEqual([]);

    writeFileSync(credential, `${secret}\n`, { mode: 0o600 });
    const credentialWords = ["--credential-header", "Authorization", "--credential-file", credential];
    const added = await add("--certificate", server.certificate, ...credentialWords, "--json");
    expect(added, added.stderr).toMatchObject({ code: 0 });
    const listed = JSON.parse(added.stdout) as PerimeterView;
    expect(listed.servers).toMatchObject([{ name: "records", address: "127.0.0.1", hasCredential: true }]);

    const tested = await indoors("perimeter", "test", "records");
    expect(
      tested.stdout
        .trim()
        .split("\n")
        .map((line) => line[0]),
      tested.stdout,
    ).toEqual(["✓", "✓", "✓", "✓", "✓"]);
    expect(server.seen()).toEqual(expect.arrayContaining(["POST initialize", "POST tools/list"]));
    expect(server.seen()).not.toContain("no credential");

    // The secret is in the gateway's folder, for its owner alone, and in no other file: log, database, audit log.
    expect(filesWith(secret, data)).toEqual([join(data, "perimeter", "credentials", "records")]);
    expect(statSync(join(data, "perimeter", "credentials", "records")).mode & 0o777).toBe(0o600);
    expect(statSync(join(data, "perimeter")).mode & 0o777).toBe(0o700);

    const { rows } = JSON.parse((await indoors("audit", "list", "--json")).stdout) as { rows: AuditRow[] };
    const about = rows.filter(({ action }) => action.startsWith("perimeter."));
    const outcomes = (action: string) => about.filter((row) => row.action === action);
    expect(outcomes("perimeter.change").length).toBeGreaterThanOrEqual(2);
    expect(outcomes("perimeter.cross").some(({ subject }) => subject === "records")).toBe(true);

    const doctor = JSON.parse((await indoors("doctor", "--quick", "--json")).stdout) as Readiness;
    expect(doctor.items.find(({ id }) => id === "perimeter")?.detail).toMatch(/^1 listed \(records\)/);

    const removed = JSON.parse((await indoors("perimeter", "remove", "records", "--json")).stdout) as PerimeterView;
    expect(removed.servers).toEqual([]);
    expect(filesWith(secret, data)).toEqual([]);
    expect(gatewaysOf(data)).toEqual([]);
  }, 120_000);

  it("without the credential the server says no, and the test says so", async () => {
    const without = ["--data", join(top, "without-credential")];
    const named = ["--certificate", server.certificate];
    expect((await runIndoors(["perimeter", "add", "records", server.url, ...named, ...without])).code).toBe(0);
    const tested = await runIndoors(["perimeter", "test", "records", ...without]);
    expect(tested.code).toBe(3);
    expect(tested.stdout).toMatch(/✗ It speaks the protocol/);
    expect(server.seen()).toContain("no credential");
  }, 120_000);

  it("a machine enrols with its code while the command waits, and is revoked", async () => {
    const dialled = join(top, "dialled");
    const here = (...words: string[]) => runIndoors(["connectors", ...words, "--data", dialled]);
    // Nobody else's, as a rule: below the ports that the system gives out itself.
    const port = 20_000 + (process.pid % 20_000);
    expect((await here("listen", `127.0.0.1:${port}`)).code).toBe(0);
    const waiting = startIndoors(["connectors", "enrol", "files", "--data", dialled]);
    let said = "";
    waiting.child.stdout.on("data", (text: string) => (said += text));
    await expect.poll(() => /INDOORS-[A-Z0-9-]+/.test(said), { timeout: 20_000 }).toBe(true);
    const [code = ""] = /INDOORS-[A-Z0-9-]+/.exec(said) ?? [];
    const other = await runIndoors(["connector", "enrol", code, "--state", join(top, "other-machine")]);
    expect(other, other.stderr).toMatchObject({ code: 0, stdout: expect.stringContaining("Enrolled as files") });
    expect(await waiting.finished).toMatchObject({ code: 0, stdout: expect.stringContaining("files is enrolled") });
    const revoked = JSON.parse((await here("revoke", "files", "--json")).stdout) as PerimeterView;
    expect(revoked.connectors).toMatchObject([{ name: "files", revokedAt: expect.any(String) }]);
    const { stdout } = await runIndoors(["audit", "list", "--action", "connector.enrol", "--json", "--data", dialled]);
    const { rows } = JSON.parse(stdout) as { rows: AuditRow[] };
    expect(rows.map(({ phase, facts }) => [phase, facts["step"] ?? facts["result"]])).toEqual([
      ["intent", "code"],
      ["outcome", "ok"],
      ["intent", "enrolled"],
      ["outcome", "ok"],
    ]);
    expect(filesWith(code, dialled)).toEqual([]);
  }, 120_000);

  it("a file that cannot be used opens nothing, and is left as it is", async () => {
    const broken = join(top, "broken");
    mkdirSync(broken);
    writeFileSync(join(broken, "perimeter.json"), '{\n "version": 1,,\n}');
    const listed = await runIndoors(["perimeter", "list", "--data", broken]);
    expect(listed).toMatchObject({
      code: 3,
      stdout: expect.stringMatching(/nothing is open: .*Line 2: it is not JSON/),
    });
    expect(existsSync(join(broken, "perimeter"))).toBe(false);
    expect(readFileSync(join(broken, "perimeter.json"), "utf8")).toBe('{\n "version": 1,,\n}');
  });
});

const seal = tryHostSeal(join(root, "resources", "sandbox", "seal"));
const missing = seal.sealed ? seal.open : seal.reason;
if (missing !== null) {
  if (process.env["INDOORS_REQUIRE_SANDBOX"] === "1") throw new Error(`the host cannot be sealed here: ${missing}`);
  console.warn(`skipped: the host cannot be sealed here: ${missing}`);
}

describe.skipIf(!seal.sealed || missing !== null)("under the desktop, whose host has no network", () => {
  const before = seal.sealed ? [seal.command, ...seal.args] : [];

  /** A sealed host whose shell starts gateways as the desktop's does. */
  async function openDesktop(data: string, list?: Partial<PerimeterFile>) {
    mkdirSync(join(data, "perimeter"), { recursive: true, mode: 0o700 });
    if (list !== undefined) writeFileSync(join(data, "perimeter.json"), JSON.stringify({ ...emptyPerimeter, ...list }));
    const log: string[] = [];
    const gateway = new GatewayProcess({
      command: () =>
        gatewayCommand({
          ...{ platform: process.platform, bwrapPath: seal.sealed ? seal.command : null, nodePath: process.execPath },
          entry: join(root, "src", "mcp", "gateway", "main.ts"),
          codeFolders: ["src", "node_modules", "package.json"].map((name) => join(root, name)),
          perimeterFolder: join(data, "perimeter"),
        }),
      onLog: (line) => log.push(line),
    });
    onTestFinished(() => gateway.stop());
    const host = forkHost(data, {
      before,
      desktop: {
        decode: () => Promise.reject(new Error("this test decodes nothing")),
        "gateway.start": async () => {
          await gateway.start(host.mux.port(gatewayPort));
          return {};
        },
        "gateway.stop": async () => {
          await gateway.stop();
          return {};
        },
      },
    });
    expect(await host.said).toEqual({ ready: true });
    return { host, window: host.window(1), gateway, log };
  }

  const listed = () => ({
    ...{ name: "records", url: server.url, address: "127.0.0.1", certificate: server.certificate },
    ...{ credentialHeader: null, budget: defaultBudget, addedAt: new Date().toISOString(), addedBy: "ann" },
  });

  it("with an empty list there is no gateway, and the seal says so", async () => {
    const data = join(top, "empty");
    const { window, gateway } = await openDesktop(data);
    const view = await window.call("seal.get", {});
    expect(view).toMatchObject({
      network: "none",
      openings: [],
      detail: expect.stringContaining("no gateway process"),
    });
    expect(await window.call("perimeter.get", {})).toMatchObject({ gateway: "absent", servers: [] });
    expect([gateway.pid, gatewaysOf(data)]).toEqual([undefined, []]);
  }, 120_000);

  it("what is listed is reached by the gateway outside of the seal; it comes back when it is killed, and goes with the list", async () => {
    const data = join(top, "listed");
    const { window, gateway } = await openDesktop(data, { servers: [listed()] });
    await expect
      .poll(async () => (await window.call("perimeter.get", {})).gateway, { timeout: 20_000 })
      .toBe("running");
    expect((await window.call("seal.get", {})).openings).toEqual([
      expect.stringMatching(/^Perimeter: records at 127\.0\.0\.1:\d+, listed by ann on /),
    ]);
    const reached = async () =>
      (await window.call("perimeter.test", { name: "records" })).steps.slice(0, 2).map(({ ok }) => ok);
    expect(await reached()).toEqual([true, true]);

    const first = gateway.pid ?? 0;
    process.kill(-first, "SIGKILL");
    await expect.poll(() => gateway.pid !== undefined && gateway.pid !== first, { timeout: 20_000 }).toBe(true);
    await expect
      .poll(async () => (await window.call("perimeter.get", {})).gateway, { timeout: 20_000 })
      .toBe("running");
    expect(await reached()).toEqual([true, true]);

    await window.call("perimeter.remove", { name: "records" });
    await expect.poll(() => gatewaysOf(data), { timeout: 10_000 }).toEqual([]);
    expect((await window.call("seal.get", {})).openings).toEqual([]);
  }, 120_000);

  it("the gateway goes with the host, however that ends", async () => {
    const data = join(top, "killed");
    const { host, window, gateway } = await openDesktop(data, { servers: [listed()] });
    await expect
      .poll(async () => (await window.call("perimeter.get", {})).gateway, { timeout: 20_000 })
      .toBe("running");
    expect(gatewaysOf(data).length).toBeGreaterThan(0);
    host.child.kill("SIGKILL");
    await expect.poll(() => gatewaysOf(data), { timeout: 10_000 }).toEqual([]);
    expect(gateway.pid).toBeUndefined();
  }, 120_000);
});
