/** `reach ADDRESS PORT`: tries one TCP connection for a second, and says `connected`, `no answer` or the error's code. */
import { connect } from "node:net";

const [address = "", port = ""] = process.argv.slice(2);
const socket = connect({ host: address, port: Number(port), timeout: 1000 });
const end = (verdict: string) => {
  process.stdout.write(`${verdict}\n`);
  socket.destroy();
};
socket.once("connect", () => end("connected"));
socket.once("timeout", () => end("no answer"));
socket.once("error", (error: NodeJS.ErrnoException) => end(error.code ?? "error"));
