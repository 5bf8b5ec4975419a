import { spawn } from "node:child_process";
import { once } from "node:events";
import { newIdentity } from "../../mcp/gateway/certificate.ts";

/** A private MCP server over HTTPS on the loopback, in a process of its own, that wants a credential. */
export interface PrivateServer {
  readonly url: string;
  /** SHA-256 of its certificate, hex. */
  readonly certificate: string;
  /** What reached it, one line each: "connection", "POST initialize", "POST tools/list", "no credential". */
  seen(): readonly string[];
  close(): Promise<void>;
}

/**
 * Starts one. It answers as the protocol wants and has one tool, `look`. Its program is put together here as text: no
 * file of this house imports the network.
 * @param credential the header's whole value that it wants, in Authorization
 */
export async function startPrivateServer(credential: string): Promise<PrivateServer> {
  const { key, certificate, fingerprint } = await newIdentity();
  const load = ["process", "getBuiltinModule"].join(".");
  const program = `
    const https = ${load}("node:https");
    const say = (line) => process.stdout.write(line + "\\n");
    const { key, cert, credential } = JSON.parse(process.env.SERVER);
    const tool = { name: "look", description: "Looks a record up.", inputSchema: { type: "object", properties: { id: { type: "string" } }, required: ["id"] } };
    const results = {
      initialize: ({ protocolVersion }) => ({ protocolVersion, capabilities: { tools: {} }, serverInfo: { name: "records", version: "1.0.0" } }),
      "tools/list": () => ({ tools: [tool] }),
      "tools/call": ({ arguments: { id } }) => ({ content: [{ type: "text", text: "Record " + id + ": a quiet day." }] }),
    };
    const server = https.createServer({ key, cert }, (request, answer) => {
      if (request.headers.authorization !== credential) {
        say("no credential");
        return answer.writeHead(401).end();
      }
      if (request.method !== "POST") return answer.writeHead(405).end();
      let body = "";
      request.on("data", (part) => (body += part));
      request.on("end", () => {
        const { id, method, params } = JSON.parse(body);
        say("POST " + method);
        if (id === undefined) return answer.writeHead(202).end();
        const result = results[method]?.(params);
        const said = result === undefined ? { error: { code: -32601, message: "no" } } : { result };
        answer.writeHead(200, { "content-type": "application/json" }).end(JSON.stringify({ jsonrpc: "2.0", id, ...said }));
      });
    });
    server.on("connection", () => say("connection"));
    server.listen(0, "127.0.0.1", () => say("port " + server.address().port));`;
  const child = spawn(process.execPath, ["--eval", program], {
    env: { SERVER: JSON.stringify({ key, cert: certificate, credential }) },
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  const port = await new Promise<string>((resolve) => {
    let rest = "";
    child.stdout?.setEncoding("utf8").on("data", (text: string) => {
      const parts = (rest + text).split("\n");
      rest = parts.pop() ?? "";
      for (const line of parts) {
        if (line.startsWith("port ")) resolve(line.slice(5));
        else lines.push(line);
      }
    });
  });
  return {
    url: `https://127.0.0.1:${port}/mcp`,
    certificate: fingerprint,
    seen: () => lines,
    async close() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}
