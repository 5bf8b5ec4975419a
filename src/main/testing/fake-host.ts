import { appendFileSync } from "node:fs";
import { join } from "node:path";
import { serve } from "../../shared/contract.ts";
import { controlContract, controlPort } from "../../shared/desktop-contract.ts";
import { muxChannel } from "../../shared/mux-channel.ts";
import { type MessagePeer, processChannel } from "../../shared/process-channel.ts";

/** A host as the shell sees one, that does what its data folder is called. Windows get each value back. */
const dataFolder = process.argv[3] ?? "";
const does = dataFolder.split("-").at(-1);
appendFileSync(join(dataFolder, "starts"), `${process.pid}\n`);

const mux = muxChannel(processChannel(process as MessagePeer));
mux.onPort((_number, channel) => {
  channel.onMessage((value) => channel.send({ value, env: process.env, pid: process.pid }));
});
const control = serve(mux.port(controlPort), controlContract, {
  "media.path": ({ recordingId }) => ({ path: `/recordings/${recordingId}` }),
  "capture.file": () => ({ path: "", headerBytes: 44 }),
  "captures.recover": () => ({ recovered: [] }),
  "audit.note": () => ({}),
  stop: () => {
    if (does !== "deaf") setTimeout(() => process.exit(0), 10);
    return {};
  },
});
if (does === "busy" || does === "unusable") {
  const code = does === "busy" ? "data.busy" : "store.unusable";
  control.emit("failed", { code, message: "It cannot." });
  setTimeout(() => process.exit(1), 10);
} else if (does === "dying") {
  process.stderr.write("a last word\n");
  process.exit(70);
} else {
  control.emit("ready", { version: "0", dataFolder });
}
