import { SetupError } from "./setup-error.mjs";

/**
 * The frame of every program here: the exit code is what `main` returns; a SetupError becomes one sentence and 1.
 * @param {(args: readonly string[]) => Promise<number>} main
 */
export async function entry(main) {
  const major = Number(process.versions.node.split(".")[0]);
  if (major < 20) {
    console.error(`Indoors needs Node 20 or newer to set itself up; this is ${process.version}. Install a newer Node.`);
    process.exitCode = 1;
    return;
  }
  try {
    process.exitCode = await main(process.argv.slice(2));
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(error.message);
    process.exitCode = 1;
  }
}
