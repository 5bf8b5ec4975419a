import { expect, test } from "vitest";
import { readTarget } from "./target.ts";
import { listed } from "./testing/open-test-gateway.ts";

const pin = "0".repeat(64);
const good = listed({ url: "https://records.lan:8443/mcp", address: "10.0.0.7", certificate: pin });

test("an entry of the list becomes all that is needed to dial", () => {
  expect(readTarget({ ...good, credentialHeader: "X-Api-Key" })).toEqual({
    ...{ name: "records", secure: true, host: "records.lan", port: 8443, path: "/mcp", authority: "records.lan:8443" },
    ...{ address: "10.0.0.7", certificate: pin, credentialHeader: "x-api-key" },
  });
});

test.each([
  ["a public address", { address: "8.8.8.8" }, "a public address"],
  ["a name for an address", { address: "records.lan" }, "usual form"],
  ["another address than its URL", { url: "https://10.0.0.8/" }, "Its URL says 10.0.0.8"],
  ["no certificate", { certificate: null }, "certificate"],
  ["plain http to another machine", { url: "http://records.lan/" }, "Plain http"],
  ["a header that says where to", { credentialHeader: "HOST" }, "cannot carry a credential"],
  ["a header that is none", { credentialHeader: "x: y\r\nz" }, "no name of a header"],
])("an entry with %s is refused", (_, change, reason) => {
  expect(() => readTarget({ ...good, ...change })).toThrow(reason);
  expect(() => readTarget({ ...good, ...change })).toThrow(expect.objectContaining({ code: "perimeter.refused" }));
});
