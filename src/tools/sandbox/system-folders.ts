import { existsSync, lstatSync, readlinkSync } from "node:fs";

/** A folder at the top that holds programs or libraries: a link into /usr as on new systems, or a folder of its own. */
export interface SystemFolder {
  readonly path: string;
  readonly link: string | null;
}

/** What programs read of /etc that says nothing about people. */
export const settings = ["/etc/ld.so.cache", "/etc/alternatives", "/etc/localtime", "/etc/ssl/openssl.cnf"] as const;

/** The folders of this system beside /usr. */
export function findSystemFolders(): SystemFolder[] {
  return ["/bin", "/sbin", "/lib", "/lib32", "/lib64", "/libx32"].filter(existsSync).map((path) => ({
    path,
    link: lstatSync(path).isSymbolicLink() ? readlinkSync(path) : null,
  }));
}
