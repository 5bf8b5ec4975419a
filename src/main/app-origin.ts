/** The scheme that everything in a window comes from. It reaches files of the program and nothing else. */
export const appScheme = "app";
/** The origin of the window. */
export const appOrigin = "app://indoors";
/** What the window loads. */
export const appUrl = `${appOrigin}/`;

/** Whether an address is of this origin, read as a URL: `app://indoors.example/` and `app://indoors@x/` are not. */
export function isOfOrigin(address: string, origin: string = appOrigin): boolean {
  try {
    const { protocol, host, username, password } = new URL(address);
    return `${protocol}//${host}` === origin && username === "" && password === "";
  } catch {
    return false;
  }
}
