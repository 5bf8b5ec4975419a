import { existsSync, readFileSync } from "node:fs";
import { join } from "node:path";
import type { Expected } from "./judge.ts";
import type { Side, World } from "./world.ts";

/** An attempt of the program `attempt`, one of many that share a start of the sandbox. */
export interface ReachRow extends Expected {
  /** The number in docs/threat-model.md; those beyond 29 begin with x. */
  readonly id: string;
  readonly what: string;
  /** The attempt's name and arguments. */
  words(world: World, side: Side): readonly string[];
  /** Why it proves nothing for this person. */
  beside?(world: World): string | undefined;
  /** What the host sees of it, beside what the attempt says itself. */
  seen?(world: World, side: Side): boolean;
}

export const noSocket = /^socket(?:, 64 families)?: E(?:PERM|ACCES)$/;
export const noPair = /^socketpair: E(?:PERM|ACCES)$/;
/** Not there at all, which is stronger than forbidden. */
export const notThere = /^(?:open|link): E(?:NOENT|ACCES|XDEV)$/;
/** Refused by the filter on system calls. ENOSYS: the kernel is made to look older. */
export const refused = (call: string) => new RegExp(`^(?:${call}: E(?:PERM|ACCES|NOSYS)|killed by SIGSYS)$`);
export const noSuchProcess =
  /^(?:kill|ptrace|peek|process_vm_readv|pidfd_open|open): E(?:SRCH|NOENT|PERM|ACCES|NOSYS)$/;
/** An unprivileged user cannot do this anywhere; only root's control says something. */
export const rootOnly = { when: /: E(?:PERM|ACCES)$/, reason: "the system itself refuses this user" };

export const heard = (how: string) => (world: World, side: Side) =>
  world.bystander.reached.includes(`${how} ${world.token(side)}`);
export const inWritable = (name: string) => (world: World, side: Side) => join(world.writable, `${name}-${side}`);
export const onHost = (path: (world: World, side: Side) => string) => (world: World, side: Side) =>
  existsSync(path(world, side));
export const outside = (world: World, side: Side) => join(world.home, `planted-${side}`);
export const intoReadOnly = (world: World, side: Side) => join(world.readable, `planted-${side}`);
export const lastLine = (path: string) => readFileSync(path, "utf8").trimEnd().split("\n").at(-1) ?? "";
