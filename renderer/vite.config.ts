import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));
const decoder = here("decoder.html");

/** Two pages: the window, and the hidden one that decodes. Everything they need is in dist/renderer. */
export default defineConfig({
  root: here("."),
  base: "./",
  plugins: [react()],
  build: {
    outDir: here("../dist/renderer"),
    emptyOutDir: true,
    target: "chrome142",
    modulePreload: { polyfill: false },
    // Files, never data: addresses, so that the policy for fonts and images can stay at 'self'.
    assetsInlineLimit: 0,
    rolldownOptions: { input: [here("index.html"), ...(existsSync(decoder) ? [decoder] : [])] },
  },
});
