import type { Policy } from "../../shared/policy.ts";

/** What holds until someone writes another policy: reading is allowed, writing and running is asked about. */
export const defaultPolicy: Policy = {
  version: 1,
  minimumLevel: "B",
  rules: [
    { tool: "effect:read", verdict: "allow", note: "Reading, inside the folders that were granted." },
    { tool: "effect:write", verdict: "ask", note: "What would be written is shown first." },
    { tool: "effect:run", verdict: "ask", note: "What would run is shown whole first, then what it would change." },
  ],
};
