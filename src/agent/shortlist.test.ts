import { expect, it } from "vitest";
import type { ToolSpec } from "../shared/tool.ts";
import { shortlist } from "./shortlist.ts";

const tool = (name: string, description: string, server?: string): ToolSpec => ({
  ...{ name, description, arguments: {}, effect: "run", needs: server === undefined ? [] : ["server"] },
  ...(server === undefined ? {} : { server: { name: server, kind: "bundle", grants: [] } }),
});
const own = [tool("read_file", "Reads a file."), tool("calculate", "Works out an expression.")];
const filler = "This sentence is only here to be long. ".repeat(4);
const many = Array.from({ length: 40 }, (_, at) => tool(`lab__thing-${at}`, `Does thing ${at}. ${filler}`, "lab"));
const echo = tool("everything__echo", `Echoes back the input string. ${filler}`, "everything");
const names = (tools: readonly ToolSpec[]) => tools.map(({ name }) => name);

it("is all tools when they fit", () => {
  const tools = [...own, ...many, echo];
  for (const toolTemplate of [true, false]) {
    expect(shortlist(tools, "Echo parcels.", { contextTokens: 32_768, toolTemplate })).toEqual(tools);
  }
});

it("keeps what Indoors has and what the words point at, in the order they came", () => {
  const tools = [...own, ...many, echo];
  for (const toolTemplate of [true, false]) {
    const few = shortlist(tools, "Echo parcels.", { contextTokens: 1024, toolTemplate });
    expect(names(few)).toEqual(expect.arrayContaining(["read_file", "calculate", "everything__echo"]));
    expect(few.length).toBeLessThan(tools.length / 2);
    expect(few).toEqual(tools.filter((one) => few.includes(one)));
  }
});

it("tells of one server's tool however small the model is, and of what was used before", () => {
  const tools = [...own, ...many, echo];
  const tiny = { contextTokens: 64, toolTemplate: false };
  expect(names(shortlist(tools, "Echo parcels.", tiny))).toEqual(["read_file", "calculate", "everything__echo"]);
  const used = new Set(["lab__thing-7"]);
  expect(names(shortlist(tools, "Echo parcels.", tiny, used))).toContain("lab__thing-7");
});
