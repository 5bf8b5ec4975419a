import { bundleLimits } from "./bundle-limits.ts";

/** Names that mean a device on Windows, whatever their ending. A bundle is the same on every machine. */
const devices = /^(?:con|prn|aux|nul|com[0-9]|lpt[0-9])(?:\.|$)/i;
// oxlint-disable-next-line no-control-regex -- control characters are what this is about
const unfit = /[\u0000-\u001f\u007f<>:"|?*\\]/;

/**
 * Takes the paths of a bundle one by one, folders with a slash at the end, and says what is wrong with one: that it leads out
 * of the bundle, is not the same on every machine, or meets one that was there before. Undefined: nothing.
 */
export function entryNames(): (path: string) => string | undefined {
  /** By how they look to a file system that does not tell case: what each is, as it was written. */
  const seen = new Map<string, { readonly path: string; readonly folder: boolean; readonly listed: boolean }>();

  function take(path: string, folder: boolean, listed: boolean): string | undefined {
    const key = path.normalize("NFC").toLowerCase();
    const before = seen.get(key);
    if (before === undefined) {
      seen.set(key, { path, folder, listed });
      return undefined;
    }
    if (before.path !== path) return `it and '${before.path}' differ only in the case or form of letters`;
    if (before.folder !== folder) return "it is a file and a folder";
    if (listed && before.listed) return "it is there twice";
    if (listed) seen.set(key, { path, folder, listed });
    return undefined;
  }

  return (path) => {
    const folder = path.endsWith("/");
    const plain = folder ? path.slice(0, -1) : path;
    if (Buffer.byteLength(plain) > bundleLimits.pathBytes) return "its path is too long";
    if (plain.startsWith("/") || /^[a-z]:/i.test(plain)) return "it is an absolute path";
    const names = plain.split("/");
    for (const name of names) {
      if (name === "..") return "it leads out of the bundle";
      if (name === "" || name === ".") return "its path is not plain";
      if (unfit.test(name)) return "its name holds a character that no file here may have";
      if (Buffer.byteLength(name) > bundleLimits.nameBytes) return "its name is too long";
      if (devices.test(name)) return "its name is that of a device on Windows";
      if (/[. ]$/.test(name)) return "its name ends in a dot or a space";
    }
    for (let depth = 1; depth < names.length; depth++) {
      const fault = take(names.slice(0, depth).join("/"), true, false);
      if (fault !== undefined) return fault;
    }
    return take(plain, folder, true);
  };
}
