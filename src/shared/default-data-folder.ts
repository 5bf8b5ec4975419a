/**
 * The platform's folder for application data, or what INDOORS_DATA says. The same for the command line, the host and the
 * desktop. `home`: the user's folder. The answer may be relative when INDOORS_DATA is.
 */
export function defaultDataFolder(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
  home: string,
): string {
  if (env["INDOORS_DATA"]) return env["INDOORS_DATA"];
  if (platform === "win32") return `${env["LOCALAPPDATA"] || `${home}\\AppData\\Local`}\\Indoors`;
  if (platform === "darwin") return `${home}/Library/Application Support/Indoors`;
  return `${env["XDG_DATA_HOME"] || `${home}/.local/share`}/indoors`;
}
