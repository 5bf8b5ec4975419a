import { couldInstruct } from "../agent/policy/could-instruct.ts";
import type { World } from "../agent/ports.ts";

/** The same world, and a record of the names in it that could hold instructions and that the model was shown. */
export function watchNames(world: World): { readonly world: World; seen(): readonly string[] } {
  const seen = new Set<string>();
  const look = (name: string) => {
    if (couldInstruct(name)) seen.add(`the name ‘${name}’`);
  };
  return {
    seen: () => [...seen],
    world: {
      today: world.today,
      async paths(signal) {
        const paths = await world.paths(signal);
        for (const path of paths) for (const part of path.split("/")) look(part);
        return paths;
      },
      async recordings(signal) {
        const recordings = await world.recordings(signal);
        for (const { name } of recordings) look(name);
        return recordings;
      },
    },
  };
}
