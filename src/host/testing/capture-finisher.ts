import { append, countedSamples, openCaptures } from "./capture-rig.ts";

// Records and finishes until it is killed. Says when each recording has all its sound.
const { captures } = await openCaptures(process.argv[2] ?? "");
for (let number = 0; ; number++) {
  const { id } = await captures.start({ name: `n${number}`, live: false, model: null, language: "auto" });
  await append(captures, id, countedSamples(16_000 + number));
  process.stdout.write(`${id}\n`);
  await captures.finish(id, { model: null, language: "auto" });
}
