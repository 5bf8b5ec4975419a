/** What stands for `${name}`: a text, several, or undefined when nothing was set. */
export type Placeholder = string | readonly string[] | undefined;

const pattern = /\$\{([^{}]*)\}/g;

/** The names of all placeholders of a text. */
export function placeholdersOf(text: string): string[] {
  return [...text.matchAll(pattern)].map(([, name = ""]) => name);
}

/**
 * Fills in the placeholders of a list of arguments. One that is a whole argument becomes as many arguments as it has values:
 * none when it was not set. What is filled in is not looked at again.
 */
export function fillArguments(args: readonly string[], valueOf: (name: string) => Placeholder): string[] {
  return args.flatMap((argument) => {
    const whole = /^\$\{([^{}]*)\}$/.exec(argument)?.[1];
    if (whole === undefined) return [fillText(argument, valueOf)];
    const value = valueOf(whole);
    return value === undefined ? [] : value;
  });
}

/** Fills in the placeholders of one text. What was not set is empty, several values are joined by commas. */
export function fillText(text: string, valueOf: (name: string) => Placeholder): string {
  return text.replaceAll(pattern, (_, name: string) => {
    const value = valueOf(name);
    return typeof value === "string" ? value : (value ?? []).join(",");
  });
}
