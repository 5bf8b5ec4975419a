import { fileURLToPath } from "node:url";
import { defineConfig } from "vitest/config";

export default defineConfig({
  root: fileURLToPath(new URL("../", import.meta.url)),
  test: {
    include: ["src/**/*.test.ts", "src/setup/**/*.test.mjs", "renderer/**/*.test.{ts,tsx}"],
    // Tests start real engines, each with threads of its own: more workers would only make them wait for each other.
    pool: "forks",
    maxWorkers: 2,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
