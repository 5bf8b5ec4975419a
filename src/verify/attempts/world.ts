import { type ChildProcess, spawn } from "node:child_process";
import { randomBytes } from "node:crypto";
import {
  chmodSync,
  chownSync,
  mkdirSync,
  mkdtempSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import type { AttemptPrograms } from "./build-programs.ts";

/** Who makes the attempts. */
export interface Person {
  readonly name: "root" | "unprivileged";
  readonly uid: number;
  readonly gid: number;
}

/** As root everything is tried twice, the second time as somebody made up. */
export function peopleHere(): Person[] {
  const uid = process.getuid?.() ?? -1;
  const gid = process.getgid?.() ?? -1;
  if (uid !== 0) return [{ name: "unprivileged", uid, gid }];
  return [
    { name: "root", uid: 0, gid: 0 },
    { name: "unprivileged", uid: 61_234, gid: 61_234 },
  ];
}

/** The control runs plainly, the other sealed. Tokens and names of files are never the same for both. */
export type Side = "control" | "sealed";

/** What one person's attempts are to reach, all of it made for this run and gone afterwards. */
export interface World {
  readonly person: Person;
  readonly programs: AttemptPrograms;
  /** Outside of every grant, with `secret.txt`, and `given.txt`, which programs get on stdin. */
  readonly home: string;
  /** Granted read-only. Holds `out`, a link to the secret, and `plain.txt`. */
  readonly readable: string;
  /** Granted with the right to write. */
  readonly writable: string;
  readonly secretFile: string;
  /** What the secret file, the environment and the bystander's memory hold. */
  readonly secret: string;
  /** Only in the bystander's arguments, in two halves here. */
  readonly mark: readonly [string, string];
  readonly bystander: Bystander;
  /** Makes one more folder of this person, beside the others. */
  folder(name: string): string;
  /** A word for one side, unique in this run. */
  token(side: Side): string;
  dispose(): Promise<void>;
}

/** A process of the same user that the attempts try to reach. */
export interface Bystander {
  readonly pid: number;
  readonly tcpPort: string;
  readonly udpPort: string;
  /** Of the secret, in its memory. */
  readonly address: string;
  /** Of the secret file. */
  readonly handle: string;
  readonly abstract: string;
  readonly outside: string;
  readonly inside: string;
  readonly sharedMemoryKey: string;
  /** What has reached it so far, a line each: `tcp TOKEN`, `signal`. */
  readonly reached: readonly string[];
}

/** @throws Error when the bystander cannot start: without it nothing is proven. */
export async function makeWorld(person: Person, programs: AttemptPrograms): Promise<World> {
  const base = realpathSync(mkdtempSync(join(tmpdir(), "indoors-world-")));
  chmodSync(base, 0o711);
  const secret = `secret-${randomBytes(12).toString("hex")}`;
  const mark = ["mark", randomBytes(12).toString("hex")] as const;
  const own = (path: string) => chownSync(path, person.uid, person.gid);
  const folder = (name: string) => {
    const path = join(base, name);
    mkdirSync(path);
    own(path);
    return path;
  };
  const home = folder("home");
  const readable = folder("readable");
  const writable = folder("writable");
  const secretFile = join(home, "secret.txt");
  writeFileSync(secretFile, secret);
  writeFileSync(join(home, "given.txt"), "given");
  writeFileSync(join(readable, "plain.txt"), "plain");
  writeFileSync(join(writable, "plain.txt"), "plain");
  for (const path of [secretFile, join(home, "given.txt"), join(readable, "plain.txt"), join(writable, "plain.txt")]) {
    own(path);
  }
  symlinkSync(secretFile, join(readable, "out"));

  const { child, bystander } = await startBystander(person, programs, { home, readable, secretFile, secret, mark });
  const salt = randomBytes(6).toString("hex");
  return {
    ...{ person, programs, home, readable, writable, secretFile, secret, mark, bystander, folder },
    token: (side) => `${side}-${salt}`,
    async dispose() {
      const ended = new Promise((resolve) => child.once("close", resolve));
      child.stdin?.end();
      await ended;
      rmSync(base, { recursive: true, force: true });
    },
  };
}

async function startBystander(
  person: Person,
  programs: AttemptPrograms,
  to: Pick<World, "home" | "readable" | "secretFile" | "secret" | "mark">,
): Promise<{ child: ChildProcess; bystander: Bystander }> {
  const where = {
    abstract: `@indoors-attempt-${randomBytes(8).toString("hex")}`,
    outside: join(to.home, "socket"),
    inside: join(to.readable, "socket"),
    sharedMemoryKey: String(randomBytes(4).readUInt32BE() & 0x7fffffff),
  };
  const args = [where.abstract, where.outside, where.inside, where.sharedMemoryKey, to.secret, to.secretFile];
  const child = spawn(programs.attempt, ["bystander", ...args, to.mark.join("")], {
    ...asPerson(person),
    env: { INDOORS_ATTEMPT_SECRET: to.secret },
    stdio: ["pipe", "pipe", "inherit"],
  });
  const reached: string[] = [];
  const ready = await new Promise<string[]>((resolve, reject) => {
    child.once("error", reject);
    child.once("close", (code) => reject(new Error(`the bystander ended with ${code}`)));
    createInterface({ input: child.stdout }).on("line", (line) => {
      const [kind, ...rest] = line.split(" ");
      if (kind === "ready") resolve(rest);
      else if (kind === "got") reached.push(rest.join(" "));
    });
  });
  const [tcpPort = "", udpPort = "", address = "", handle = ""] = ready;
  return { child, bystander: { pid: child.pid ?? 0, tcpPort, udpPort, address, handle, ...where, reached } };
}

/** Options of `spawn` to start something as this person, without groups of whoever runs the tests. */
export function asPerson({ uid, gid }: Person): { uid?: number; gid?: number } {
  return process.getuid?.() === 0 && uid !== 0 ? { uid, gid } : {};
}
