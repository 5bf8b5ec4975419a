import { fileURLToPath } from "node:url";
import { serveSpeech } from "./speech-server.ts";
import { listDevices, WhisperNodeEngine } from "./whisper-node-engine.ts";

/** Where `npm run build:whisper-node` puts the engine; a first argument names another folder. */
const engineFolder =
  process.argv[2] ?? fileURLToPath(new URL("../../../resources/engines/whisper-node/", import.meta.url));

serveSpeech({ listDevices, load: (request) => WhisperNodeEngine.load(engineFolder, request) });
