/** `listen PORT`: listens at every address and says `listening`, then `reached` for each connection. For controls. */
import { createServer } from "node:net";

createServer((socket) => {
  process.stdout.write("reached\n");
  socket.on("error", () => {});
  socket.end();
}).listen(Number(process.argv[2]), () => process.stdout.write("listening\n"));
