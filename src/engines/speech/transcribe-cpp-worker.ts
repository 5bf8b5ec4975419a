import { serveSpeech } from "./speech-server.ts";
import { listDevices, TranscribeCppEngine } from "./transcribe-cpp-engine.ts";

// A process of its own: the model's memory goes back to the system with it, and a crash takes nothing else along.
serveSpeech({ listDevices, load: (request) => TranscribeCppEngine.load(request) });
