/** The steps of the first run, in order. */
export const steps = ["welcome", "models", "microphone", "seal", "data"] as const;
export type Step = (typeof steps)[number];

const place = "first-run.step";

/** The step at which the person was, also after a restart; else the first. */
export function rememberedStep(storage: Pick<Storage, "getItem">): Step {
  const found = storage.getItem(place);
  return steps.find((step) => step === found) ?? "welcome";
}

export function rememberStep(storage: Pick<Storage, "setItem" | "removeItem">, step: Step | null): void {
  if (step === null) storage.removeItem(place);
  else storage.setItem(place, step);
}

/** The step after or before; undefined at the ends. */
export function stepBeside(step: Step, by: 1 | -1): Step | undefined {
  return steps[steps.indexOf(step) + by];
}
