import "../bridge/interpret-checks.ts";
import { connect, serve } from "../../src/shared/contract.ts";
import { decoderContract, decoderFileContract } from "../../src/shared/decoder-contract.ts";
import { decode } from "./decode.ts";
import { portChannel } from "./port-channel.ts";

/** The preload script hands over one port, once. What else is posted here is not looked at. */
window.addEventListener("message", function onPort({ source, data, ports: [port] }) {
  if (source !== window || data !== "decoder-port" || port === undefined) return;
  window.removeEventListener("message", onPort);
  const channel = portChannel(port);
  const file = connect(channel, decoderFileContract);
  const server = serve(channel, decoderContract, {
    decode: ({ bytes }, signal) =>
      decode(
        {
          bytes,
          read: async (start, end) => (await file.call("read", { start, end }, { signal })).bytes,
          write: async (samples) => void (await file.call("write", { samples }, { signal })),
          progress: (share) => server.emit("progress", { share }),
        },
        signal,
      ),
  });
});
