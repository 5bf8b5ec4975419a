import type { Grant } from "../../../src/shared/tool.ts";

/** A folder that the next question may reach, and the files for whose sake it was added. */
export interface Attached extends Grant {
  readonly because: readonly string[];
}

/**
 * Adds a folder, to be read. A grant is a folder: for a file it is the folder that the file is in, and the file is
 * remembered as the reason. What is there already stays as it is. Names differ from each other: the model knows folders by them.
 */
export function attach(before: readonly Attached[], path: string, kind: "file" | "folder"): readonly Attached[] {
  const folder = kind === "file" ? parentOf(path) : trimmed(path);
  const because = kind === "file" ? [nameOf(path)] : [];
  const there = before.find((one) => one.path === folder);
  if (there !== undefined) {
    const more = { ...there, because: [...new Set([...there.because, ...because])] };
    return before.map((one) => (one === there ? more : one));
  }
  const base = nameOf(folder).slice(0, 76) || "root";
  let name = base;
  for (let n = 2; before.some((one) => one.name === name); n++) name = `${base}-${n}`;
  return [...before, { name, path: folder, mode: "ro", because }];
}

/** The grants as the host takes them. */
export function grantsOf(attached: readonly Attached[]): Grant[] {
  return attached.map(({ name, path, mode }) => ({ name, path, mode }));
}

function trimmed(path: string): string {
  const short = path.replace(/[\\/]+$/u, "");
  return short === "" || /^[A-Za-z]:$/u.test(short) ? path : short;
}

function parentOf(path: string): string {
  const at = Math.max(path.lastIndexOf("/"), path.lastIndexOf("\\"));
  const parent = path.slice(0, Math.max(0, at));
  return parent === "" || /^[A-Za-z]:$/u.test(parent) ? path.slice(0, at + 1) : parent;
}

function nameOf(path: string): string {
  return path.split(/[\\/]/u).findLast((part) => part !== "") ?? "";
}
