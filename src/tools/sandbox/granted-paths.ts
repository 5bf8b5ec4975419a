import { posix } from "node:path";
import { IndoorsError } from "../../shared/errors.ts";
import type { Grant } from "../../shared/tool.ts";

/** A grant there would hide or change what every sealed program stands on. */
const systemFolders = ["bin", "boot", "dev", "etc", "lib", "lib32", "lib64", "libx32", "proc", "sbin", "sys", "usr"];

/**
 * Checks that each grant can be shown at its own path.
 * @throws IndoorsError `input.invalid` for a folder of the system, a path that is not plain, or one that is granted twice.
 */
export function checkGrants(grants: readonly Grant[]): void {
  const seen = new Set<string>();
  for (const { path } of grants) {
    const refused = (why: string) =>
      new IndoorsError("input.invalid", `The folder cannot be granted: ${path}. ${why} Grant another folder.`);
    if (!posix.isAbsolute(path) || posix.normalize(path) !== path || (path !== "/" && path.endsWith("/"))) {
      throw refused("Its path is not absolute and plain.");
    }
    if (path.includes("\0")) throw refused("Its name holds a character that no path can have.");
    const [, top = ""] = path.split("/");
    if (top === "" || systemFolders.includes(top) || path === "/run" || path.startsWith("/run/indoors")) {
      throw refused("It belongs to the operating system.");
    }
    if (seen.has(path)) throw refused("It is granted twice.");
    seen.add(path);
  }
}

/**
 * Checks that each folder can be written without a layer: on its own, beside all grants.
 * @throws IndoorsError `input.invalid` for a folder of the system, a path that is not plain, or one that lies in a grant or
 * another of them, or around it.
 */
export function checkWritable(writable: readonly string[], grants: readonly Grant[]): void {
  checkGrants(writable.map((path) => ({ name: path, path, mode: "rw" })));
  const isInside = (inner: string, outer: string) => `${inner}/`.startsWith(`${outer}/`);
  writable.forEach((path, index) => {
    const others = [...grants.map((grant) => grant.path), ...writable.toSpliced(index, 1)];
    const other = others.find((one) => isInside(one, path) || isInside(path, one));
    if (other === undefined) return;
    throw new IndoorsError(
      "input.invalid",
      `The folder cannot be opened for writing: ${path}. It overlaps ${other}. Grant another folder.`,
    );
  });
}

/** Outer folders first, so that what is mounted later lies inside what was mounted before. */
export function byDepth<T extends { readonly path: string }>(places: readonly T[]): T[] {
  const depth = ({ path }: T) => path.split("/").length;
  return places.toSorted((one, other) => depth(one) - depth(other));
}
