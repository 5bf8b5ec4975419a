import { spawnSync } from "node:child_process";
import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { findAppFiles } from "../host/app-files.ts";
import { findFfmpeg } from "../host/find-ffmpeg.ts";
import { forkHost } from "../host/testing/fork-host.ts";
import { tryHostSeal } from "../main/host-seal.ts";
import { type AttemptPrograms, buildPrograms } from "./attempts/build-programs.ts";
import { judge, verdictsIn } from "./attempts/judge.ts";
import { runPlainly } from "./attempts/plain-and-sealed.ts";
import { noPair, noSocket, refused } from "./attempts/reach-row.ts";
import { makeWorld, peopleHere, type World } from "./attempts/world.ts";

// The host as the desktop starts it: in a namespace without a network, under the filter of `seal host`.
const helper = fileURLToPath(new URL("../../resources/sandbox/seal", import.meta.url));
const [person = { name: "unprivileged" as const, uid: -1, gid: -1 }] = peopleHere().filter(({ uid }) => uid !== 0);
const seal = tryHostSeal(helper);
const filtered = seal.sealed && seal.open === null ? [seal.command, ...seal.args] : [];
const namespaceOnly = filtered.slice(0, filtered.indexOf(helper));
const missing = seal.sealed ? seal.open : seal.reason;
const noCompiler = spawnSync("cc", ["--version"], { stdio: "ignore" }).status !== 0;
if (missing !== null) {
  if (process.env["INDOORS_REQUIRE_SANDBOX"] === "1") throw new Error(`the host cannot be sealed here: ${missing}`);
  console.warn(`skipped: the host cannot be sealed here: ${missing}`);
}

describe.skipIf(missing !== null || noCompiler)("what a host that was taken over can reach", () => {
  let programs: AttemptPrograms;
  let world: World;
  beforeAll(async () => {
    programs = buildPrograms();
    world = await makeWorld(person, programs);
  });
  afterAll(async () => {
    await world?.dispose();
    programs?.dispose();
  });

  /** Makes one attempt behind `before`, or plainly. Each has a token of its own, by which the listener knows it. */
  async function attempt(before: readonly string[], words: readonly string[]) {
    const [program = "", ...args] = [...before, programs.attempt, ...words];
    const { stdout, stderr } = await runPlainly(world, program, args);
    const [verdict] = verdictsIn(stdout);
    if (verdict === undefined) throw new Error(`the attempt said nothing: ${stderr}`);
    return verdict;
  }

  type Names = World["bystander"];
  const both = { plain: [], namespace: namespaceOnly };
  it.each<[string, string, (names: Names) => string, string, RegExp, readonly (keyof typeof both)[]]>([
    ["a socket with a path", "unix", (to) => to.outside, "outside", noSocket, ["plain", "namespace"]],
    [
      "a datagram to a path",
      "unix-by-pair",
      (to) => `${to.outside}-d`,
      "outside-datagram",
      noPair,
      ["plain", "namespace"],
    ],
    // These two the namespace stops already.
    ["an abstract socket", "unix", (to) => to.abstract, "abstract", noSocket, ["plain"]],
    [
      "a datagram to an abstract socket",
      "unix-by-pair",
      (to) => `${to.abstract}-d`,
      "abstract-datagram",
      noPair,
      ["plain"],
    ],
    ["TCP", "tcp", (to) => to.tcpPort, "tcp", noSocket, ["plain"]],
  ])("not %s", async (_what, name, target, how, stoppedBy, controls) => {
    const to = target(world.bystander);
    const token = (from: string) => `${world.token("control")}-${how}-${from}`;
    const arrived = (from: string) => world.bystander.reached.includes(`${how} ${token(from)}`);
    for (const from of controls) {
      expect(await attempt(both[from], [name, to, token(from)]), from).toMatchObject({ escaped: true });
      await expect.poll(() => arrived(from)).toBe(true);
    }
    const inside = await attempt(filtered, [name, to, token("filtered")]);
    const control = { escaped: true, why: "" };
    expect(judge({ stoppedBy }, { control, sealed: inside })).toMatchObject({ state: "stopped" });
    expect(arrived("filtered")).toBe(false);
  });

  const off = { when: /E(?:NOSYS|PERM|AFNOSUPPORT)$|SIGSEGV|only on x86-64$/, reason: "this kernel has none of it" };
  it.each<[string, readonly string[], RegExp]>([
    ["vsock", ["vsock"], noSocket],
    ["io_uring", ["io-uring"], refused("io_uring_setup")],
    ["the 32-bit way in", ["other-architecture"], /^killed by SIGSYS$|^only on x86-64$/],
    ["a file that the shell left open", ["inherited"], /^no file is inherited|files are open that are not it$/],
  ])("not by %s", async (_what, words, stoppedBy) => {
    const all = words[0] === "inherited" ? [...words, world.secret] : words;
    const [control, sealed] = [await attempt(namespaceOnly, all), await attempt(filtered, all)];
    const noControl = words[0] === "inherited" ? [] : [off];
    const finding = judge({ stoppedBy, noControl }, { control, sealed });
    if (finding.state === "stopped, no control") console.warn(finding.why);
    else expect(finding).toMatchObject({ state: "stopped" });
  });
});

describe.skipIf(missing !== null)("what a host does all the same", () => {
  const base = mkdtempSync(join(tmpdir(), "indoors-host-seal-"));
  chmodSync(base, 0o755);
  afterAll(() => rmSync(base, { recursive: true, force: true }));
  const user = process.getuid?.() === 0 ? { uid: person.uid } : {};
  const folder = (name: string) => {
    const made = join(base, name);
    mkdirSync(made);
    if (user.uid !== undefined) chownSync(made, user.uid, user.uid);
    return made;
  };

  it("says what holds, and seals tools as well as without", async () => {
    const ways = { plain: [], namespace: namespaceOnly, filtered };
    const seen = await Promise.all(
      Object.entries(ways).map(async ([name, before]) => {
        const host = forkHost(folder(name), { ...user, before });
        expect(await host.said, name).toEqual({ ready: true });
        return await host.window(1).call("seal.get", {});
      }),
    );
    const [plain, namespace, sealed] = seen;
    expect(sealed).toMatchObject({
      network: "none",
      openings: [],
      detail: expect.stringContaining("refuses them sockets"),
    });
    expect(namespace).toMatchObject({ network: "none", openings: [expect.stringMatching(/^Sockets/)] });
    expect(plain?.openings.some((opening) => opening.startsWith("Sockets"))).toBe(true);
    expect(sealed?.sandbox.level).toBe(plain?.sandbox.level);
    if (plain?.sandbox.level !== "A") console.warn(`here tools are sealed at level ${plain?.sandbox.level}`);
  }, 60_000);

  it("transcribes, by ffmpeg where it is here, and loads a chat model", { timeout: 120_000 }, () => {
    const models = findAppFiles().modelsFolder;
    const sample = join(models, "apollo-13.wav");
    const ffmpeg = findFfmpeg();
    if (ffmpeg === null) console.warn("skipped: ffmpeg is not here: the sample itself is decoded");
    const path = ffmpeg === null ? sample : join(base, "sample.m4a");
    if (ffmpeg !== null) spawnSync(ffmpeg, ["-loglevel", "error", "-t", "6", "-i", sample, path], { stdio: "inherit" });
    const files = ["ggml-tiny.bin", "silero-vad-v6.onnx", "tinyllama-1.1b-chat-iq2_xxs.gguf"];
    const words = [path, ...files.map((name) => join(models, name)), ...(ffmpeg === null ? [] : [ffmpeg])];
    const program = fileURLToPath(new URL("use-engines.ts", import.meta.url));
    const [bwrap = "", ...args] = [...filtered, process.execPath, program, ...words];
    const env = { PATH: process.env["PATH"] ?? "", HOME: folder("home") };
    const as = user.uid === undefined ? {} : { uid: user.uid, gid: user.uid };
    const { status, stdout, stderr } = spawnSync(bwrap, args, { ...as, env, encoding: "utf8" });
    expect(status, stderr).toBe(0);
    const { text, engineVersion } = JSON.parse(stdout.trim().split("\n").at(-1) ?? "");
    expect(text).toMatch(/problem here/i);
    expect(engineVersion).not.toBe("");
  });
});
