import { join } from "node:path";

/**
 * The checks of the code itself, the same as `npm run check` (a test compares them), each a program and its arguments.
 * @param {string} modules path of node_modules
 */
export function codeChecks(modules) {
  const tsc = join(modules, "typescript", "bin", "tsc");
  return [
    { name: "Types", script: tsc, args: ["-p", "tsconfig.json"] },
    { name: "Types of the pure folders", script: tsc, args: ["-p", "src/tsconfig.pure.json"] },
    { name: "Types of set-up", script: tsc, args: ["-p", "src/setup/tsconfig.json"] },
    { name: "Types of the renderer", script: tsc, args: ["-p", "renderer/tsconfig.json"] },
    { name: "Lint", script: join(modules, "oxlint", "bin", "oxlint"), args: ["--deny-warnings"] },
    { name: "Format", script: join(modules, "oxfmt", "bin", "oxfmt"), args: ["--check", "src", "renderer"] },
  ];
}
