import { fileURLToPath } from "node:url";
import { defineConfig } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** The shell: one ES module with zod inside, so that the packaged app needs no node_modules. */
export default defineConfig({
  root: here("."),
  // Nothing is read from .env files and no variable of the builder's machine gets into the bundle.
  envDir: false,
  publicDir: false,
  ssr: { target: "node", noExternal: true, external: ["electron"] },
  build: {
    ssr: here("main.ts"),
    outDir: here("../../dist/main"),
    emptyOutDir: true,
    target: "node24",
    minify: false,
    rolldownOptions: { output: { format: "esm", entryFileNames: "main.js" } },
  },
});
