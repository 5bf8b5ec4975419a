import { describe, expect, it } from "vitest";
import { rememberedStep, rememberStep, stepBeside } from "./step.ts";

function storage() {
  const kept = new Map<string, string>();
  return {
    getItem: (key: string) => kept.get(key) ?? null,
    setItem: (key: string, value: string) => void kept.set(key, value),
    removeItem: (key: string) => void kept.delete(key),
  };
}

describe("the steps of the first run", () => {
  it("go on where they were left, and begin at the first", () => {
    const kept = storage();
    expect(rememberedStep(kept)).toBe("welcome");
    rememberStep(kept, "microphone");
    expect(rememberedStep(kept)).toBe("microphone");
    rememberStep(kept, null);
    expect(rememberedStep(kept)).toBe("welcome");
  });

  it("begin at the first where a step is not known any more", () => {
    const kept = storage();
    kept.setItem("first-run.step", "cloud-account");
    expect(rememberedStep(kept)).toBe("welcome");
  });

  it("have ends", () => {
    expect(stepBeside("welcome", -1)).toBeUndefined();
    expect(stepBeside("welcome", 1)).toBe("models");
    expect(stepBeside("data", 1)).toBeUndefined();
  });
});
