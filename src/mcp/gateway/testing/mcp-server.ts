import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { createServer as createHttpServer, type IncomingMessage, type ServerResponse } from "node:http";
import { createServer as createHttpsServer } from "node:https";
import type { AddressInfo, Socket } from "node:net";
import type { TLSSocket } from "node:tls";
import { McpServer } from "@modelcontextprotocol/sdk/server/mcp.js";
import { StreamableHTTPServerTransport } from "@modelcontextprotocol/sdk/server/streamableHttp.js";
import { z } from "zod";
import type { TestCertificate } from "./make-certificate.ts";

export interface TestServerOptions {
  readonly address?: string;
  /** Default: any that is free. */
  readonly port?: number;
  /** Null: plain http. */
  readonly certificate: TestCertificate | null;
  /** Answers what it wants to answer otherwise; true: it did. `message` is the body, of a POST. */
  readonly instead?: (message: Message | null, request: IncomingMessage, response: ServerResponse) => boolean;
}

interface Message {
  readonly id?: number;
  readonly method?: string;
}

/** What came in, as the server saw it. */
export interface Arrival {
  readonly method: string;
  readonly url: string;
  readonly headers: IncomingMessage["headers"];
  /** The name in the TLS handshake; null: none. */
  readonly serverName: string | null;
  readonly asked: string | null;
}

/** A real MCP server, made with the SDK, with a listener that is ours. */
export async function startMcpServer({ address = "127.0.0.1", port = 0, certificate, instead }: TestServerOptions) {
  const arrivals: Arrival[] = [];
  const sockets = new Set<Socket>();
  const sessions = new Map<string, StreamableHTTPServerTransport>();
  let [connections, bytes] = [0, 0];

  const handle = async (request: IncomingMessage, response: ServerResponse) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString();
    const message = body === "" ? null : (JSON.parse(body) as Message);
    const servername = certificate === null ? null : (request.socket as TLSSocket).servername;
    arrivals.push({
      method: request.method ?? "",
      url: request.url ?? "",
      headers: request.headers,
      serverName: typeof servername === "string" && servername !== "" ? servername : null,
      asked: message?.method ?? null,
    });
    if (instead?.(message, request, response) === true) return;
    const known = sessions.get(String(request.headers["mcp-session-id"]));
    const transport = known ?? (await openSession(sessions));
    await transport.handleRequest(request, response, message ?? undefined);
  };
  const onRequest = (request: IncomingMessage, response: ServerResponse) => {
    response.on("error", () => {});
    handle(request, response).catch(() => response.destroy());
  };
  const server =
    certificate === null
      ? createHttpServer(onRequest)
      : createHttpsServer({ key: certificate.key, cert: certificate.cert }, onRequest);
  server.on("connection", (socket: Socket) => {
    connections++;
    sockets.add(socket);
    socket.once("close", () => sockets.delete(socket));
    socket.on("error", () => {});
  });
  server.on("secureConnection", (socket: TLSSocket) => {
    socket.on("data", (chunk: Buffer) => (bytes += chunk.length));
    socket.on("error", () => {});
  });
  server.listen(port, address);
  await once(server, "listening");
  const bound = (server.address() as AddressInfo).port;
  const host = address.includes(":") ? `[${address}]` : address;
  return {
    address,
    port: bound,
    url: `${certificate === null ? "http" : "https"}://${host}:${bound}/mcp`,
    certificate: certificate?.fingerprint ?? null,
    arrivals,
    /** TCP connections, and bytes that were in their TLS. */
    seen: () => ({ connections, bytes }),
    /** Connections that are open now. */
    open: () => sockets.size,
    async close() {
      for (const socket of sockets) socket.destroy();
      for (const transport of sessions.values()) await transport.close();
      server.close();
      await once(server, "close");
    },
  };
}

export type TestMcpServer = Awaited<ReturnType<typeof startMcpServer>>;

async function openSession(sessions: Map<string, StreamableHTTPServerTransport>) {
  const transport: StreamableHTTPServerTransport = new StreamableHTTPServerTransport({
    sessionIdGenerator: randomUUID,
    onsessioninitialized: (id) => void sessions.set(id, transport),
  });
  const server = new McpServer({ name: "records", version: "1.0.0" });
  server.registerTool("echo", { description: "Says it again.", inputSchema: { text: z.string() } }, ({ text }) => ({
    content: [{ type: "text", text }],
  }));
  server.registerTool("headers", { description: "Says what it was sent." }, ({ requestInfo }) => ({
    content: [{ type: "text", text: JSON.stringify(requestInfo?.headers) }],
    structuredContent: { sent: requestInfo?.headers },
  }));
  server.registerTool("wait", { description: "Never answers." }, () => new Promise<never>(() => {}));
  // The SDK's types do not allow for exactOptionalPropertyTypes.
  await server.connect(transport as Parameters<typeof server.connect>[0]);
  return transport;
}
