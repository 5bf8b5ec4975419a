import { describe, expect, it } from "vitest";
import type { DescribedTool } from "../shared/mcp.ts";
import {
  addMcpServer,
  changeMcpServer,
  getMcpServer,
  listMcpServers,
  listMcpTools,
  noteMcpTools,
  removeMcpServer,
  reviewMcpTool,
} from "./mcp-servers.ts";
import { freshStore } from "./testing/fresh-store.ts";

const server = {
  ...({ name: "lab", kind: "bundle", title: "Lab", version: "1", description: "", place: "/lab.mcpb" } as const),
  ...{ bundle: { facts: {} }, settings: { a: ["b"] }, grants: [{ name: "docs", path: "/docs", mode: "ro" }] as const },
};
const described = (name: string, description = ""): DescribedTool => ({
  ...{ name, title: null, description, inputSchema: {}, readOnlyHint: null, destructiveHint: null },
});
const noted = (name: string, fingerprint: string) => ({ described: described(name, fingerprint), fingerprint });

describe("servers", () => {
  it("come back as they were put, and change in what is said", () => {
    const { writer, reader } = freshStore();
    addMcpServer(writer, server);
    expect(getMcpServer(reader, "lab")).toMatchObject({ ...server, enabled: true, resources: [] });
    changeMcpServer(writer, "lab", { enabled: false, resources: ["lab://a"] });
    expect(listMcpServers(reader)).toMatchObject([{ ...server, enabled: false, resources: ["lab://a"] }]);
    expect(() => addMcpServer(writer, server)).toThrow("There is a server lab already");
    expect(() => getMcpServer(reader, "hut")).toThrow("no server 'hut'");
    expect(() => removeMcpServer(writer, "hut")).toThrow("no server 'hut'");
  });
});

describe("tools", () => {
  it("keep what was said of them, about the description that it was said of", () => {
    const { writer, reader } = freshStore();
    addMcpServer(writer, server);
    noteMcpTools(writer, "lab", [noted("find", "1"), noted("send", "1")]);
    reviewMcpTool(writer, "lab", { tool: "find", decision: "approve", effect: "read", by: "ann" });
    noteMcpTools(writer, "lab", [noted("find", "2")]);
    expect(listMcpTools(reader, "lab")).toMatchObject([
      {
        ...{ name: "find", fingerprint: "2", listed: true, effect: "read" },
        review: { decision: "approve", fingerprint: "1", described: { description: "1" }, by: "ann" },
      },
      { name: "send", fingerprint: "1", listed: false, effect: "run", review: null },
    ]);
    expect(() => reviewMcpTool(writer, "lab", { tool: "burn", decision: "approve", effect: "run", by: "ann" })).toThrow(
      "no tool 'burn'",
    );
  });

  it("go with their server", () => {
    const { writer, reader } = freshStore();
    addMcpServer(writer, server);
    noteMcpTools(writer, "lab", [noted("find", "1")]);
    reviewMcpTool(writer, "lab", { tool: "find", decision: "approve", effect: "read", by: "ann" });
    removeMcpServer(writer, "lab");
    addMcpServer(writer, server);
    expect(listMcpTools(reader, "lab")).toEqual([]);
  });
});
