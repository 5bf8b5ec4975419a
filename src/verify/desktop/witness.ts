import { spawn } from "node:child_process";
import { once } from "node:events";
import { runtimePath } from "../../setup/runtime.mjs";
import { here } from "../../setup/house.mjs";

/** A server on loopback that sees what reaches it. */
export interface Witness {
  readonly port: number;
  readonly udpPort: number;
  /** What was asked of it, one line each: "GET /beacon", "upgrade /socket", "udp". */
  seen(): readonly string[];
  close(): Promise<void>;
}

/**
 * Starts one in a process of its own. It answers everything and may be read by every origin. Its program is put together
 * here as text: no file of this house imports the network.
 */
export async function openWitness(): Promise<Witness> {
  const load = ["process", "getBuiltinModule"].join(".");
  const program = `
    const http = ${load}("node:http");
    const { createHash } = ${load}("node:crypto");
    const dgram = ${load}("node:dgram");
    const say = (line) => process.stdout.write(line + "\\n");
    const server = http.createServer((request, answer) => {
      say(request.method + " " + request.url);
      const html = request.url.startsWith("/page");
      answer.writeHead(200, { "access-control-allow-origin": "*", "content-type": html ? "text/html" : "text/plain" });
      answer.end(html ? "<title>outside</title>" : "outside");
    });
    server.on("upgrade", (request, socket) => {
      say("upgrade " + request.url);
      const key = request.headers["sec-websocket-key"] + "258EAFA5-E914-47DA-95CA-C5AB0DC85B11";
      const accept = createHash("sha1").update(key).digest("base64");
      socket.on("error", () => {});
      socket.write("HTTP/1.1 101 Switching Protocols\\r\\nUpgrade: websocket\\r\\nConnection: Upgrade\\r\\nSec-WebSocket-Accept: " + accept + "\\r\\n\\r\\n");
    });
    const udp = dgram.createSocket("udp4");
    udp.on("message", () => say("udp"));
    udp.bind(0, "127.0.0.1", () => server.listen(0, "127.0.0.1", () => {
      say("ports " + server.address().port + " " + udp.address().port);
    }));`;
  const child = spawn(runtimePath(here) ?? process.execPath, ["--eval", program], {
    stdio: ["ignore", "pipe", "inherit"],
  });
  const lines: string[] = [];
  let rest = "";
  let ready: (words: readonly string[]) => void;
  const started = new Promise<readonly string[]>((resolve) => (ready = resolve));
  child.stdout?.setEncoding("utf8").on("data", (text: string) => {
    const parts = (rest + text).split("\n");
    rest = parts.pop() ?? "";
    for (const line of parts) {
      if (line.startsWith("ports ")) ready(line.split(" "));
      else lines.push(line);
    }
  });
  const [, port, udpPort] = await started;
  return {
    port: Number(port),
    udpPort: Number(udpPort),
    seen: () => lines,
    async close() {
      child.kill("SIGKILL");
      if (child.exitCode === null && child.signalCode === null) await once(child, "exit");
    },
  };
}
