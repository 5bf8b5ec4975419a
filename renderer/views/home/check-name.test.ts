import { describe, expect, it } from "vitest";
import { textIn } from "../../text/text.tsx";
import { checkName } from "./check-name.ts";

describe("the names of checks", () => {
  it.each([
    ["a TCP socket, IPv6", "Ein TCP-Socket, IPv6"],
    ["the kernel's keyring", "Der Schlüsselbund des Kernels"],
    ["reading /etc/passwd", "Die Liste der Benutzer lesen"],
    ["the private /tmp", "Ein eigener temporärer Ordner"],
    ["a namespace of its own (net)", "Ein eigener Namensraum (net)"],
    ["capabilities (CapEff)", "Rechte des Systems (CapEff)"],
  ])("%s is %s in German", (name, german) => expect(checkName(textIn("de"), name)).toBe(german));

  it("stay as the host says them where there are no words", () =>
    expect(checkName(textIn("de"), "a check of tomorrow (new)")).toBe("a check of tomorrow (new)"));
});
