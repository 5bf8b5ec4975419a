import { expect, test } from "vitest";
import { isLoopback, judgeAddress, sameAddress } from "./address.ts";

const allowed = ["127.0.0.1", "127.9.9.9", "::1", "10.0.0.7", "172.16.0.1", "172.31.255.254", "192.168.1.2", "fc00::1"];

test.each([...allowed, "fdff:ffff::7", "fd12:3456::1:2"])("%s may be reached", (address) => {
  expect(judgeAddress(address)).toMatchObject({ address, allowed: true });
});

const refused = {
  "8.8.8.8": "public",
  "172.32.0.1": "public",
  "172.15.255.255": "public",
  "192.169.0.1": "public",
  "11.0.0.1": "public",
  "2606:4700::1111": "public",
  "169.254.169.254": "metadata",
  "100.100.100.200": "metadata",
  "fd00:ec2::254": "metadata",
  "169.254.1.1": "link-local",
  "fe80::1": "link-local",
  "100.64.0.1": "provider",
  "0.0.0.0": "unspecified",
  "0.1.2.3": "unspecified",
  "::": "unspecified",
  "224.0.0.1": "multicast",
  "ff02::1": "multicast",
  "255.255.255.255": "broadcast",
  "240.0.0.1": "reserved",
  "fec0::1": "reserved",
  "192.0.2.1": "documents",
  "2001:db8::1": "documents",
  "::ffff:10.0.0.7": "write that address itself",
  "::ffff:127.0.0.1": "write that address itself",
  "::ffff:8.8.8.8": "hides 8.8.8.8, a public address",
  "::ffff:a9fe:a9fe": "hides 169.254.169.254, the metadata",
  "::ffff:0:808:808": "hides 8.8.8.8",
  "::127.0.0.1": "write that address itself",
  "::8.8.8.8": "hides 8.8.8.8",
  "64:ff9b::8.8.8.8": "hides 8.8.8.8",
  "64:ff9b:1::808:808": "hides 8.8.8.8",
  "2002:808:808::1": "hides 8.8.8.8",
  "2002:a00:7::1": "write that address itself",
  "2001:0:1:2:3:4:f7f7:f7f7": "hides 8.8.8.8",
  "FD00::1": "usual form, fd00::1",
  "fd00:0:0:0:0:0:0:1": "usual form, fd00::1",
  "fd00::0001": "usual form, fd00::1",
  "0:0:0:0:0:0:0:1": "usual form, ::1",
  ...Object.fromEntries(
    [
      ...["0177.0.0.1", "0177.1", "2130706433", "0x7f.1", "0x7f000001", "127.1", "127.0.0.1.", "010.0.0.7", "10.0.0"],
      ...["10.0.0.7 ", " 10.0.0.7", "10.0.0.7/8", "10.0.0.7:80", "[::1]", "fe80::1%eth0", "fd00::1%0", "localhost", ""],
      ...["１２７.0.0.1", "127。0。0。1", "10.0.0.256", "10.0.0.7\0", "-1"],
    ].map((text) => [text, "not an address in its usual form"]),
  ),
};

test.each(Object.entries(refused))("%j is refused: %s", (address, reason) => {
  const judged = judgeAddress(address);
  expect(judged.allowed).toBe(false);
  expect(judged.reason).toContain(reason);
});

test("the loopback is told from private networks, and forms of one address are the same", () => {
  expect(["127.0.0.1", "::1", "10.0.0.7", "fd00::1"].map(isLoopback)).toEqual([true, true, false, false]);
  expect(sameAddress("fd00::1", "FD00:0::0001")).toBe(true);
  expect(sameAddress("10.0.0.7", "10.0.0.8")).toBe(false);
  expect(sameAddress("::ffff:10.0.0.7", "10.0.0.7")).toBe(false);
  expect(sameAddress("nowhere", "nowhere")).toBe(false);
});
