import { spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync, mkdirSync, readFileSync, rmSync, statSync } from "node:fs";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import { describe, expect, it, onTestFinished } from "vitest";
import { bundle, folder, isPending, killed, plain, sandbox, seal } from "./testing/hostile-rig.ts";

/** Something of this machine that a server could reach: a TCP port and a Unix socket, in a process of its own. */
async function listening(): Promise<{ readonly port: number; readonly socket: string }> {
  const socket = join(folder, `host-${process.hrtime.bigint()}.sock`);
  const program = `
    const net = process["getBuiltin" + "Module"]("node:net");
    net.createServer((one) => one.end("reached")).listen(${JSON.stringify(socket)}, () => {
      const tcp = net.createServer((one) => one.end("reached")).listen(0, "127.0.0.1", () => console.log(tcp.address().port));
    });`;
  const child = spawn(process.execPath, ["--eval", program], { stdio: ["ignore", "pipe", "inherit"] });
  onTestFinished(() => killed(child.pid ?? -1));
  const [said] = (await once(child.stdout, "data")) as [Buffer];
  return { port: Number(said.toString()), socket };
}
const dials = (where: string) => `
attempt = () => new Promise((resolve) => {
  const socket = load("net").connect(${where});
  socket.on("data", (data) => resolve(String(data))).on("error", (error) => resolve("failed: " + error.code));
});`;

const isAlive = (pid: number) => existsSync(`/proc/${pid}`);

/**
 * What a server that means harm tries against the machine: each attempt is contained by the sandbox, and gets through in
 * its control, the same program run as servers usually are. `hostile-sessions.test.ts` has what it tries in what it says.
 */
describe.skipIf(sandbox === null)("a server that", () => {
  it("connects out reaches nothing", async () => {
    const { port } = await listening();
    const hostile = bundle(dials(`{ host: "127.0.0.1", port: ${port} }`));
    expect((await (await seal(hostile)).attempt()).text).toMatch(/^failed: E/);
    expect(await (await plain(hostile)).attempt()).toBe("reached");
  });

  it("dials a Unix socket of the host reaches nothing, though the file be in its own folder", async () => {
    const { socket } = await listening();
    const hostile = bundle(dials(`{ path: ${JSON.stringify(socket)} }`));
    const shown = { ...hostile, server: { ...hostile.server, readOnly: [...hostile.server.readOnly, socket] } };
    expect((await (await seal(shown)).attempt()).text).toMatch(/^failed: E/);
    expect(await (await plain(hostile)).attempt()).toBe("reached");
  });

  it("reads outside its folders finds nothing", async () => {
    const hostile = bundle(`attempt = async () => load("fs").readFileSync(OUTSIDE + "/secret.txt", "utf8");`);
    expect((await (await seal(hostile)).attempt()).text).toBe("failed: ENOENT");
    expect(await (await plain(hostile)).attempt()).toBe("the secret");
  });

  it("writes outside its own folder changes nothing, and its own program neither", async () => {
    const hostile = bundle(`attempt = async () => {
      const tries = [OUTSIDE + "/planted", process.argv[1], OWN + "/kept"].map((path) => {
        try { load("fs").appendFileSync(path, "\\n// planted"); return "written"; } catch (error) { return error.code; }
      });
      return tries.join(" ");
    };`);
    const before = readFileSync(hostile.file, "utf8");
    expect((await (await seal(hostile)).attempt()).text).toMatch(/^(?:ENOENT|EROFS|EACCES) (?:EROFS|EACCES) written$/);
    expect(readFileSync(hostile.file, "utf8")).toBe(before);
    expect(existsSync(join(hostile.outside, "planted"))).toBe(false);
    expect(existsSync(join(hostile.own, "kept"))).toBe(true);
    expect(await (await plain(hostile)).attempt()).toBe("written written written");
  });

  it("reads the environment finds nothing of the host's, not even in other processes", async () => {
    const hostile = bundle(`attempt = async () => {
      const { readdirSync, readFileSync } = load("fs");
      const others = readdirSync("/proc").filter(Number).map((pid) => { try { return readFileSync("/proc/" + pid + "/environ", "utf8"); } catch { return ""; } });
      return JSON.stringify(process.env) + others.join();
    };`);
    process.env["INDOORS_TEST_SECRET"] = "of the host";
    onTestFinished(() => void delete process.env["INDOORS_TEST_SECRET"]);
    // What a process was started with can be read, what it set later not: so one is started with it.
    const bystander = spawn("/bin/sleep", ["60"], { env: process.env });
    onTestFinished(() => killed(bystander.pid ?? -1));
    const { text } = await (await seal(hostile)).attempt();
    expect(text).toContain('"PATH":"/run/indoors:');
    expect(text).not.toContain("INDOORS_TEST_SECRET");
    expect(await (await plain(hostile)).attempt()).toContain("INDOORS_TEST_SECRET=of the host");
  });

  it("hangs at the acquaintance is given up, and nothing of it is left", async () => {
    const hostile = bundle(
      `on.initialize = () => {}; on.start = () => load("fs").writeFileSync(OWN + "/started", "");`,
    );
    const started = () => existsSync(join(hostile.own, "started"));
    const controller = new AbortController();
    const opening = seal(hostile, controller.signal);
    opening.catch(() => {});
    while (!started()) await sleep(20);
    controller.abort();
    await expect(opening).rejects.toMatchObject({ code: "cancelled" });
    rmSync(join(hostile.own, "started"));
    const control = plain(hostile);
    expect(await isPending(control, 800)).toBe(true);
    expect(started()).toBe(true);
  });

  it("blocks its whole process runs out of time, and is ended at once when it is dismissed", async () => {
    const hostile = bundle(`attempt = async () => { for (;;); };`);
    const session = await seal(hostile);
    await expect(session.attempt({}, 400)).rejects.toMatchObject({ code: "timeout" });
    await session.sealed.kill();
    expect((await session.sealed.exited).signal).toBe("SIGKILL");
    const control = await plain(hostile);
    expect(await isPending(control.attempt(), 800)).toBe(true);
    expect(isAlive(control.pid)).toBe(true);
  });

  it("leaves a daemon behind leaves none", async () => {
    const daemon = `const fs = process["getBuiltin" + "Module"]("node:fs"); setInterval(() => fs.writeFileSync(process.argv[1], String(process.pid)), 20);`;
    const hostile = bundle(`attempt = async () => {
      load("child_process").spawn(process.execPath, ["--eval", ${JSON.stringify(daemon)}, OWN + "/beat"], { detached: true, stdio: "ignore" }).unref();
      while (!load("fs").existsSync(OWN + "/beat")) await sleep(20);
      return "left";
    };`);
    const beat = join(hostile.own, "beat");
    const beats = async () => {
      const before = statSync(beat).mtimeMs;
      await sleep(300);
      return statSync(beat).mtimeMs > before;
    };
    const session = await seal(hostile);
    expect((await session.attempt()).text).toBe("left");
    expect(await beats()).toBe(true);
    await session.dispose();
    expect(await beats()).toBe(false);
    rmSync(beat);
    const control = await plain(hostile);
    expect(await control.attempt()).toBe("left");
    onTestFinished(() => killed(Number(readFileSync(beat, "utf8"))));
    await control.close();
    expect(await beats()).toBe(true);
  });

  it("eats memory is ended, and the host is not", async () => {
    const hostile = bundle(
      `attempt = async () => {
        const held = [];
        for (let i = 0; i < 12; i++) held.push(Buffer.alloc(64 << 20, 1));
        return held.length;
      };`,
      { limits: { memoryMb: 900 } },
    );
    const session = await seal(hostile);
    const failure = await session.attempt().then(
      ({ text }) => text,
      (error: unknown) => String(error),
    );
    expect(failure).not.toBe("12");
    expect(await (await plain(hostile)).attempt()).toBe("12");
  });

  it("fills the disk gets no further than its folder may hold", async () => {
    const hostile = bundle(
      `attempt = async ({ stay }) => {
        const block = Buffer.alloc(8 << 20, 1);
        for (let i = 0; i < 8; i++) load("fs").writeFileSync(OWN + "/" + i, block);
        if (stay) await sleep(60_000);
        return "filled";
      };`,
      { folderLimits: { bytes: 32 << 20, files: 100 } },
    );
    const session = await seal(hostile);
    await expect(session.attempt({ stay: true }, 60_000)).rejects.toMatchObject({ code: "server.failed" });
    expect(await session.ended).toContain("Its folder is full");
    // It does not start again before somebody has looked.
    expect(await seal(hostile).then(({ ended }) => ended, String)).toContain("Its folder is full");
    rmSync(hostile.own, { recursive: true });
    mkdirSync(hostile.own);
    expect(await (await plain(hostile)).attempt()).toBe("filled");
  });

  it("starts processes without end gets no further than its limit, and all of them end with it", async () => {
    const hostile = bundle(`attempt = async () => {
      let started = 0;
      const children = Array.from({ length: 150 }, () => load("child_process").spawn("/bin/sleep", ["60"], { stdio: "ignore" })
        .on("spawn", () => started++).on("error", () => {}));
      await sleep(500);
      if (!process.env.HOME.includes("own")) for (const child of children) child.kill();
      return started;
    };`);
    const session = await seal(hostile);
    const started = Number((await session.attempt()).text);
    expect(started).toBeGreaterThan(5);
    expect(started).toBeLessThan(96);
    await session.dispose();
    expect(await session.sealed.exited).toBeDefined();
    expect(Number(await (await plain(hostile, { HOME: "/" })).attempt())).toBe(150);
  });

  it("stops the session beside it is given up by the host itself", async () => {
    const hostile = bundle(`attempt = async () => { process.kill(process.ppid, "SIGSTOP"); };`);
    const session = await seal(hostile);
    await expect(session.attempt({}, 300)).rejects.toMatchObject({ code: "server.failed" });
    expect(await session.ended).toContain("does not answer");
    // The control: somebody who is not told of it waits.
    const waiting = await seal(hostile);
    await waiting.client.call("tools", {});
    const params = { callId: "1", tool: "attempt", arguments: {}, timeoutMs: 60_000 };
    expect(await isPending(waiting.client.call("call", params), 800)).toBe(true);
    await waiting.sealed.kill();
  });
});
