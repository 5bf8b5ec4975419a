// `npm run build`: compiles everything, whether it changed or not.
import { build } from "./build.mjs";
import { entry } from "./entry.mjs";
import { here } from "./house.mjs";

await entry(async () => {
  console.log(`Build: ${await build(here)}.`);
  return 0;
});
