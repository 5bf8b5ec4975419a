import { existsSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { defineConfig, type EnvironmentOptions } from "vite";

const here = (path: string) => fileURLToPath(new URL(path, import.meta.url));

/** Each script is a build of its own: a sandboxed preload script is one CommonJS file that can require nothing but electron. */
const scripts = ["preload", "decoder-preload"].filter((name) => existsSync(here(`${name}.ts`)));

export default defineConfig({
  root: here("."),
  envDir: false,
  publicDir: false,
  environments: Object.fromEntries(scripts.map((name) => [name.replaceAll("-", "_"), environment(name)])),
  builder: {
    async buildApp(builder) {
      for (const name of scripts) {
        const made = builder.environments[name.replaceAll("-", "_")];
        if (made !== undefined) await builder.build(made);
      }
    },
  },
});

function environment(name: string): EnvironmentOptions {
  return {
    consumer: "server",
    resolve: { noExternal: true, external: ["electron"], builtins: ["electron"] },
    build: {
      outDir: here("../../dist/preload"),
      // Two builds share the folder; set-up takes away what neither makes.
      emptyOutDir: false,
      target: "chrome150",
      minify: false,
      rolldownOptions: {
        input: here(`${name}.ts`),
        external: ["electron"],
        output: { format: "cjs", entryFileNames: `${name}.cjs`, codeSplitting: false },
      },
    },
  };
}
