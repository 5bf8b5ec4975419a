/**
 * From here on nothing in this process makes code of a string: `eval`, `Function` and their kin throw. A seat belt
 * against a parser that is talked into it. V8 has a flag for this, but under that flag Node has to compile all of itself
 * again, which takes a worker a third of its start.
 */
export function refuseEval(): void {
  function refused(): never {
    throw new EvalError("Code generation from strings disallowed for this context");
  }
  // What asks whether something is a function goes on working.
  refused.prototype = Function.prototype;
  const kinds = [() => {}, async () => {}, function* () {}, async function* () {}];
  for (const kind of kinds) {
    Object.defineProperty(Object.getPrototypeOf(kind), "constructor", { value: refused });
  }
  Object.defineProperty(globalThis, "eval", { value: refused });
  Object.defineProperty(globalThis, "Function", { value: refused });
}
