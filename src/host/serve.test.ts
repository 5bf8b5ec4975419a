import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, expect, test } from "vitest";
import { forkHost, serveEntry } from "./testing/fork-host.ts";

const base = mkdtempSync(join(tmpdir(), "indoors-serve-"));
chmodSync(base, 0o755);
afterAll(() => rmSync(base, { recursive: true, force: true }));
let count = 0;
const fresh = () => join(base, `data-${count++}`);

test("a window that speaks before the host is open gets its answer, and so does the shell", async () => {
  const host = forkHost(fresh());
  const early = host.window(1).call("jobs.list", {});
  const control = host.control.call("media.path", { recordingId: "nobody" });
  expect(await early).toEqual({ jobs: [] });
  await expect(control).rejects.toMatchObject({ code: "not-found" });
  expect((await host.said).ready).toBe(true);
});

test("each window has a port of its own: what one closes the others keep", async () => {
  const host = forkHost(fresh());
  const [one, two] = [host.window(1), host.window(2)];
  expect(await Promise.all([one.call("jobs.list", {}), two.call("recordings.list", {})])).toEqual([
    { jobs: [] },
    { recordings: [] },
  ]);
  const changed = new Promise((resolve) => two.on("settings.changed", resolve));
  await one.call("settings.set", { theme: "dark" });
  expect(await changed).toMatchObject({ theme: "dark" });
  host.mux.port(1).close();
  expect(await two.call("captures.list", {})).toEqual({ captures: [] });
});

test("the second host on a data folder says why it cannot start, and ends", async () => {
  const data = fresh();
  const first = forkHost(data);
  expect((await first.said).ready).toBe(true);
  const second = forkHost(data);
  expect(await second.said).toMatchObject({ ready: false, code: "data.busy" });
  expect((await second.ended).code).toBe(1);
  await first.control.call("stop", {});
  expect((await first.ended).code).toBe(0);
  expect((await forkHost(data).said).ready).toBe(true);
});

test("it ends when the shell is gone, when it is told to, and after kill -9 it starts again", async () => {
  const data = fresh();
  for (const how of ["disconnect", "SIGTERM", "SIGINT", "SIGKILL"] as const) {
    const host = forkHost(data);
    expect((await host.said).ready, how).toBe(true);
    if (how === "disconnect") host.child.disconnect();
    else host.child.kill(how);
    expect(await host.ended, how).toMatchObject(how === "SIGKILL" ? { signal: "SIGKILL" } : { code: 0, stderr: "" });
  }
  const last = forkHost(data);
  expect((await last.said).ready).toBe(true);
});

test("what nobody caught is in the local log, and the process ends so that it is started again", async () => {
  const data = fresh();
  mkdirSync(data);
  const fault = `setTimeout(() => Promise.reject(new TypeError("made by a test")), 100)`;
  const host = forkHost(data, { nodeArguments: ["--import", `data:text/javascript,${fault}`] });
  expect(await host.ended).toMatchObject({ code: 70, stderr: expect.stringContaining("made by a test") });
  expect(readFileSync(join(data, "indoors.log"), "utf8")).toContain("TypeError: made by a test");
});

test("without a desktop it says what to start instead", () => {
  const { status, stderr } = spawnSync(process.execPath, [serveEntry, "--data", fresh()], { encoding: "utf8" });
  expect([status, stderr]).toEqual([2, expect.stringContaining("Start the app")]);
  expect(existsSync(join(base, `data-${count - 1}`))).toBe(false);
});

const bwrap = ["/usr/bin/bwrap", "/usr/local/bin/bwrap"].find((path) => existsSync(path));
if (bwrap === undefined) console.warn("skipped: bwrap is not here: the sealed host is not tested");

test.skipIf(bwrap === undefined)(
  "in a namespace without a network, as an ordinary user: it answers, tools are sealed at level A, and nothing gets out",
  async () => {
    const user = process.getuid?.() === 0 ? { uid: 23_402 } : {};
    const seal = [bwrap ?? "", "--dev-bind", "/", "/", "--unshare-user", "--unshare-net", "--die-with-parent", "--"];
    // Tries to reach out from where the host is, then becomes it. A datagram needs no answer: the kernel's word is enough.
    const attempt = ["bash", "-c", `(exec 3<>/dev/udp/192.0.2.1/9 && echo reached >&2); exec "$@"`, "attempt"];
    const folderOf = (name: string) => {
      const made = join(base, name);
      mkdirSync(made);
      if (user.uid !== undefined) chownSync(made, user.uid, user.uid);
      return made;
    };
    const open = forkHost(folderOf("open"), { ...user, before: attempt });
    const sealed = forkHost(folderOf("sealed"), { ...user, before: [...seal, ...attempt] });
    expect(await open.said).toEqual({ ready: true });
    expect(await sealed.said).toEqual({ ready: true });
    const [seenOpen, seenSealed] = await Promise.all([
      open.window(1).call("seal.get", {}),
      sealed.window(1).call("seal.get", {}),
    ]);
    expect(seenSealed.network).toBe("none");
    // Sandboxes nest: sealing the host costs the tools none of theirs.
    expect(seenSealed.sandbox.level).toBe(seenOpen.sandbox.level);
    if (seenOpen.sandbox.level !== "A") console.warn(`here tools are sealed at level ${seenOpen.sandbox.level}`);
    for (const host of [open, sealed]) await host.control.call("stop", {});
    const [control, outcome] = [await open.ended, await sealed.ended];
    expect(outcome).toMatchObject({ code: 0, stderr: expect.stringContaining("Network is unreachable") });
    expect(outcome.stderr).not.toContain("reached");
    if (seenOpen.network === "none")
      console.warn("skipped: this machine has no network, so the attempt has no control");
    else expect(control).toMatchObject({ code: 0, stderr: expect.stringContaining("reached") });
  },
);

test.skipIf(bwrap === undefined)("a sealed host that is killed takes everything in its namespace along", async () => {
  const seal = [bwrap ?? "", "--dev-bind", "/", "/", "--unshare-user", "--unshare-net", "--die-with-parent", "--"];
  const data = fresh();
  const host = forkHost(data, { before: seal });
  expect((await host.said).ready).toBe(true);
  host.child.kill("SIGKILL");
  await host.ended;
  // The lock is the operating system's: it is free when nobody of them lives.
  await expect.poll(async () => (await forkHost(data).said).ready, { timeout: 30_000, interval: 500 }).toBe(true);
});
