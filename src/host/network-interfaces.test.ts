import { spawnSync } from "node:child_process";
import { expect, it } from "vitest";
import { interfacesIn } from "./network-interfaces.ts";

const source = new URL("network-interfaces.ts", import.meta.url).href;
const look = [
  "-e",
  `import(${JSON.stringify(source)}).then(async (m) => console.log(JSON.stringify(await m.reachableInterfaces())))`,
];

it("reads the form of /proc/net/dev, without the loopback and what the kernel puts everywhere", () => {
  const devices = [
    "Inter-|   Receive                                                |  Transmit",
    " face |bytes    packets errs drop fifo frame compressed multicast|bytes    packets",
    "    lo: 88776      57    0    0    0     0          0         0    88776      57",
    "  sit0:       0       0    0    0    0     0          0         0        0       0",
    "wlan0.5:1234       0    0    0    0     0          0         0        0       0",
    "  tun0:       0       0    0    0    0     0          0         0        0       0",
  ];
  expect(interfacesIn(devices.join("\n"))).toEqual(["wlan0.5", "tun0"]);
});

/** A namespace of its own, with an interface that leads to nobody, or without one. */
const inNamespace = (setUp: string) =>
  spawnSync(
    "unshare",
    ["--user", "--map-root-user", "--net", "sh", "-c", `${setUp} exec "$0" "$@"`, process.execPath, ...look],
    {
      encoding: "utf8",
    },
  );
const control = inNamespace("ip link add here0 type dummy || ip link add here0 type veth peer name there0;");
const canMake = control.status === 0;
if (!canMake) console.warn(`skipped: no network namespace with an interface can be made here: ${control.stderr}`);

it.skipIf(!canMake)("sees nothing in a namespace of its own, and an interface that is there though it is down", () => {
  expect(JSON.parse(control.stdout)).toContain("here0");
  expect(JSON.parse(inNamespace("").stdout)).toEqual([]);
});
