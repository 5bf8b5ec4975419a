import { existsSync, lstatSync } from "node:fs";
import { join } from "node:path";

/** Something left in a granted folder, for a person or a program to step on later. */
export interface CommitRow {
  readonly id: string;
  readonly what: string;
  /** A line for sh, standing in the granted folder. */
  readonly command: string;
  /** Whether it lies there as it was meant to. */
  escaped(folder: string): boolean;
}

const lies = (path: string) => (folder: string) => existsSync(join(folder, path));

/** All of these are written in one run. What must work beside them is `fine.txt`. */
export const commitRows: readonly CommitRow[] = [
  {
    id: "x21",
    what: "a git hook",
    command: "mkdir -p .git/hooks; echo 'echo owned' > .git/hooks/pre-commit",
    escaped: lies(".git/hooks/pre-commit"),
  },
  {
    id: "x22",
    what: "a git hook in other letters",
    command: "mkdir -p sub/.GIT/Hooks; echo 'echo owned' > sub/.GIT/Hooks/pre-commit",
    escaped: lies("sub/.GIT/Hooks/pre-commit"),
  },
  { id: "x23", what: "a shell profile", command: "echo 'echo owned' > .bashrc", escaped: lies(".bashrc") },
  {
    id: "x24",
    what: "an autostart entry",
    command: "mkdir -p .config/autostart; echo '[Desktop Entry]' > .config/autostart/x.desktop",
    escaped: lies(".config/autostart/x.desktop"),
  },
  {
    id: "x25",
    what: "a key to log in with",
    command: "mkdir .ssh; echo key > .ssh/authorized_keys",
    escaped: lies(".ssh/authorized_keys"),
  },
  {
    id: "x26",
    what: "a setuid program",
    command: "echo '#!/bin/sh' > run; chmod 4755 run",
    escaped: (folder) => lies("run")(folder) && (lstatSync(join(folder, "run")).mode & 0o6111) !== 0,
  },
  {
    id: "x27",
    what: "a name that gives a terminal orders",
    command: `echo x > "$(printf 'a\\033[2Jb')"`,
    escaped: lies("a\u001b[2Jb"),
  },
];

/** For sh: one failing does not stop the others. */
export const commitScript = [...commitRows.map(({ command }) => command), "echo fine > fine.txt"]
  .map((line) => `{ ${line}; } 2>/dev/null`)
  .join("\n");
