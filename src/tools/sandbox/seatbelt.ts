import type { SealedCommand } from "./sandbox.ts";

/** Read by every program before its first line. */
const systemRead = ["/usr/lib", "/usr/share", "/System", "/Library/Apple", "/private/etc/localtime", "/dev"];
const systemRun = ["/usr/bin", "/bin"];
const devices = ["/dev/null", "/dev/zero", "/dev/random", "/dev/urandom"];

/**
 * The macOS profile of a sealed program, in the language of `sandbox-exec -p`: nothing is allowed but what is listed, the
 * network and the name service not at all. It has never run on a real machine yet, so `openSandbox` does not use it and
 * says level D there; what is missing for that is a way to try it, and a holder like `seal hold` that ends what it
 * started.
 * @param temporary a private folder that the program may write
 */
export function seatbeltProfile(command: SealedCommand, nodePath: string, temporary: string): string {
  const readable = [...systemRead, nodePath, ...command.readOnly, ...command.grants.map(({ path }) => path), temporary];
  return [
    "(version 1)",
    "(deny default)",
    "(deny network*)",
    '(deny mach-lookup (global-name "com.apple.mDNSResponder"))',
    `(allow process-exec ${subpaths([...systemRun, nodePath, ...command.readOnly])})`,
    "(allow process-fork)",
    "(allow signal (target same-sandbox))",
    "(allow sysctl-read)",
    "(allow file-read-metadata)",
    `(allow file-read* ${subpaths(readable)})`,
    // Writes to grants cannot be staged there, so there are none.
    `(allow file-write* ${subpaths([temporary])})`,
    `(allow file-write-data ${devices.map((path) => `(literal ${quoted(path)})`).join(" ")})`,
  ].join("\n");
}

/** The arguments of /usr/bin/sandbox-exec for a program with a profile. */
export function seatbeltArguments({ file, args }: SealedCommand, profile: string): string[] {
  return ["-p", profile, file, ...args];
}

function subpaths(paths: readonly string[]): string {
  return paths.map((path) => `(subpath ${quoted(path)})`).join(" ");
}

/** A string of the profile's language. */
function quoted(path: string): string {
  return `"${path.replaceAll("\\", "\\\\").replaceAll('"', '\\"')}"`;
}
