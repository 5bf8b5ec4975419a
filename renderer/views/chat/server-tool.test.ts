import { expect, it } from "vitest";
import { samplingServerOf, serverToolOf } from "./server-tool.ts";

it("knows a server's tool by its name", () => {
  expect(serverToolOf("records__search")).toEqual({ server: "records", tool: "search" });
  expect(serverToolOf("lab-2__read__all")).toEqual({ server: "lab-2", tool: "read__all" });
  expect(["read_file", "hand_over", "__proto__", "Records__x", "records__"].map(serverToolOf)).toEqual([
    ...[null, null, null, null, null],
  ]);
});

it("knows a server that asks for the model", () => {
  expect(samplingServerOf("sampling:records")).toBe("records");
  expect(samplingServerOf("records__sampling")).toBeNull();
});
