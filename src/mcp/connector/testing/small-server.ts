/** A stdio MCP server with tools that are useful and ones that are bad. Made with the SDK. */
import { spawn } from "node:child_process";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StdioServerTransport } from "@modelcontextprotocol/sdk/server/stdio.js";
import { z } from "zod";

const server = new McpServer({ name: "small", version: "1.0.0" });
const text = (words: string) => ({ content: [{ type: "text" as const, text: words }] });

server.registerTool("echo", { inputSchema: { words: z.string() } }, ({ words }) => text(words));
server.registerTool("environment", {}, () => text(JSON.stringify(process.env)));
server.registerTool("me", {}, () => text(String(process.pid)));
server.registerTool("child", {}, () => {
  const child = spawn(process.execPath, ["-e", "setInterval(() => {}, 1000)"], { stdio: "ignore" });
  return text(String(child.pid));
});
server.registerTool("die", {}, () => process.exit(7));
server.registerTool("long-line", { inputSchema: { bytes: z.number() } }, ({ bytes }) => text("x".repeat(bytes)));
server.registerTool("flood", {}, () => {
  const line = `${JSON.stringify({ jsonrpc: "2.0", method: "notifications/x", params: { words: "x".repeat(100_000) } })}\n`;
  const more = () => {
    while (process.stdout.write(line));
    process.stdout.once("drain", more);
  };
  more();
  return text("");
});
process.stderr.write("small server is up\n");
await server.connect(new StdioServerTransport());
