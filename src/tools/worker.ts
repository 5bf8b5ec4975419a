import { tools } from "./registry.ts";
import { serveOneCall } from "./serve-call.ts";

serveOneCall(tools);
