import { readFile } from "node:fs/promises";
import { networkInterfaces } from "node:os";

/**
 * What Linux puts into every new network namespace once its module is loaded: ends of tunnels that were never set up
 * (https://docs.kernel.org/admin-guide/sysctl/net.html, fb_tunnels_only_for_init_net). Nothing passes through them.
 */
const placeholders = new Set("sit0 tunl0 ip6tnl0 gre0 gretap0 erspan0 ip_vti0 ip6_vti0 ip6gre0 teql0".split(" "));

/**
 * The network interfaces this process could reach others through, by name. On Linux also one that is down, since what
 * is down now may be up later; elsewhere those that have an address.
 */
export async function reachableInterfaces(): Promise<readonly string[]> {
  const devices = await readFile("/proc/self/net/dev", "utf8").catch(() => null);
  if (devices !== null) return interfacesIn(devices);
  const all = Object.entries(networkInterfaces());
  return all.filter(([, addresses]) => addresses?.some(({ internal }) => !internal)).map(([name]) => name);
}

/** The names in the form of /proc/net/dev, without the loopback and the placeholders. */
export function interfacesIn(devices: string): readonly string[] {
  const names = devices.split("\n").flatMap((line) => /^\s*([^\s:|]+):\s*\d/u.exec(line)?.[1] ?? []);
  return names.filter((name) => name !== "lo" && !placeholders.has(name));
}
