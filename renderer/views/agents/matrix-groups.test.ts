import { describe, expect, it } from "vitest";
import type { ToolView } from "../../../src/shared/host-contract.ts";
import { closedAtFirst, matrixGroups } from "./matrix-groups.ts";

const tool = (name: string, effect: ToolView["effect"], server: string | null = null): ToolView => ({
  ...{ name, effect, server },
  description: "",
});
const tools = [
  tool("read_file", "read"),
  tool("write_file", "write"),
  tool("records__search", "read", "records"),
  tool("records__close_ticket", "run", "records"),
  tool("lab__search", "run", "lab"),
];

describe("the groups of the matrix", () => {
  it("are Indoors' own tools by effect, then the servers, each with a row for all of it", () => {
    const groups = matrixGroups(tools, "");
    expect(groups.map(({ key }) => key)).toEqual(["read", "write", "server:lab", "server:records"]);
    expect(groups[3]?.rows.map((row) => [row.tool, row.name, row.whole])).toEqual([
      ["server:records", "records", true],
      ["records__search", "search", false],
      ["records__close_ticket", "close_ticket", false],
    ]);
  });

  it("has what is looked for, by the name of a tool or of its server", () => {
    const found = (query: string) => matrixGroups(tools, query).flatMap(({ rows }) => rows.map((row) => row.tool));
    expect(found(" SEARCH ")).toEqual(["server:lab", "lab__search", "server:records", "records__search"]);
    expect(found("lab")).toEqual(["server:lab", "lab__search"]);
    expect(found("file")).toEqual(["read_file", "write_file"]);
    expect(found("nothing like it")).toEqual([]);
  });

  it("begins with servers closed when there is much", () => {
    expect(closedAtFirst(matrixGroups(tools, ""))).toEqual([]);
    const many = [...tools, ...Array.from({ length: 40 }, (_, at) => tool(`lab__t${at}`, "run", "lab"))];
    expect(closedAtFirst(matrixGroups(many, ""))).toEqual(["server:lab", "server:records"]);
  });
});
