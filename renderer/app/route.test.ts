import { describe, expect, it } from "vitest";
import { hrefOf, parseRoute } from "./route.ts";

describe("the address of a place", () => {
  it("survives the way there and back, whatever is in it", () => {
    for (const route of [
      { view: "home", id: null, at: {} },
      { view: "recordings", id: "tr/1?x#y", at: { at: "1200" } },
      { view: "chat", id: "ü%20", at: { add: '["/srv/a b.wav"]' } },
    ] as const) {
      expect(parseRoute(hrefOf(route))).toEqual(route);
    }
  });

  it("is home for what it does not know", () => {
    expect(parseRoute("").view).toBe("home");
    expect(parseRoute("#/constructor/1").view).toBe("home");
    expect(parseRoute("#/audit?run=7")).toEqual({ view: "audit", id: null, at: { run: "7" } });
  });
});
