// `npm run smoke`: starts the packaged desktop on a screen that nobody sees, as a user without rights. It transcribes its
// own sample and says so in one line of JSON; the exit code tells. By hand:
// node src/verify/packaged/smoke.ts release/linux-unpacked
// Then it is started in three ways that would open it, and must refuse.
import { execFile } from "node:child_process";
import { existsSync, mkdirSync, rmSync } from "node:fs";
import { join, resolve } from "node:path";
import { temporaryFolder } from "../desktop/open-desktop.ts";
import { openScreen } from "../desktop/screen.ts";
import { makeTestUser } from "../desktop/test-user.ts";

interface Ran {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

const limitMs = 540_000;

/** Runs a packaged program to its end. Screen, user and folders are gone afterwards. */
async function runProgram(
  program: string,
  args: readonly string[],
  more: Readonly<Record<string, string>> = {},
): Promise<Ran> {
  await using stack = new AsyncDisposableStack();
  const home = temporaryFolder();
  stack.defer(() => rmSync(home, { recursive: true, force: true }));
  const screen = await openScreen({ width: 1280, height: 800 });
  stack.defer(() => screen.close());
  const user = makeTestUser();
  stack.defer(() => user.remove());
  const temp = join(home, "tmp");
  mkdirSync(temp);
  user.own(home);
  const env = {
    PATH: "/usr/local/bin:/usr/bin:/bin",
    HOME: home,
    TMPDIR: temp,
    DISPLAY: screen.display,
    LANG: "C.UTF-8",
    ...more,
  };
  const [command = "", ...rest] = [...user.prefix, program, ...args];
  return await new Promise((settle) => {
    const options = { env, cwd: home, timeout: limitMs, maxBuffer: 16 * 1024 * 1024 };
    const child = execFile(command, rest, options, (_error, stdout, stderr) =>
      settle({ code: child.exitCode, stdout, stderr }),
    );
  });
}

/** What must not turn the program into something else: each by how it is started, and what it must not print. */
const doors = [
  { name: "as Node (RunAsNode)", args: ["-e", "console.log('open' + 'door')"], env: { ELECTRON_RUN_AS_NODE: "1" } },
  { name: "with a debugger (--inspect)", args: ["--inspect=0", "--smoke"], env: {} },
  { name: "without its sandbox (--no-sandbox)", args: ["--no-sandbox", "--smoke"], env: {} },
];
const opened = /opendoor|Debugger listening|"ok":true/;

async function main(program: string): Promise<boolean> {
  const { code, stdout, stderr } = await runProgram(program, ["--smoke"]);
  const line = stdout.split("\n").find((text) => text.startsWith('{"ok":'));
  console.log(line ?? `It said nothing of itself and ended with ${code}.`);
  if (code !== 0) console.error(stderr.trimEnd());
  let isRight = code === 0 && line?.startsWith('{"ok":true') === true;
  for (const { name, args, env } of doors) {
    const tried = await runProgram(program, args, env);
    const isOpen = opened.test(tried.stdout + tried.stderr) || tried.code === 0;
    console.log(`Started ${name}: ${isOpen ? "it WORKS" : "refused"}.`);
    isRight &&= !isOpen;
  }
  return isRight;
}

if (import.meta.main) {
  const program = join(resolve(process.argv[2] ?? "release/linux-unpacked"), "indoors");
  if (!existsSync(program)) {
    console.error(`There is no ${program}. Make it first: npm run package.`);
    process.exitCode = 1;
  } else {
    process.exitCode = (await main(program)) ? 0 : 1;
  }
}
