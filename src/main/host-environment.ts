/** What the host may see of this process's environment: where things are, the language, which graphics card. */
const passed = new Set([
  ...["PATH", "HOME", "USER", "LOGNAME", "SHELL", "LANG", "LANGUAGE", "TZ", "TMPDIR", "INDOORS_DATA", "INDOORS_DEBUG"],
  ...["CUDA_VISIBLE_DEVICES", "GGML_VK_VISIBLE_DEVICES", "VK_DRIVER_FILES", "VK_ICD_FILENAMES"],
  // Windows programs do not start without these.
  ...["SystemRoot", "SystemDrive", "windir", "ComSpec", "PATHEXT", "TEMP", "TMP", "USERPROFILE", "USERNAME"],
  ...["APPDATA", "LOCALAPPDATA", "ProgramData", "ProgramFiles", "NUMBER_OF_PROCESSORS", "PROCESSOR_ARCHITECTURE"],
]);
const passedPrefix = /^(?:LC_|XDG_(?:DATA|CONFIG|CACHE|STATE|RUNTIME)_)/;

/** The environment of the host: an allow-list, so that nothing of Electron, Node or a session manager steers it. */
export function hostEnvironment(
  env: Readonly<Record<string, string | undefined>>,
  platform: string,
): Record<string, string> {
  // Windows does not tell large from small letters in names, and neither does the list there.
  const fold = (name: string) => (platform === "win32" ? name.toUpperCase() : name);
  const names = new Set([...passed].map(fold));
  return Object.fromEntries(
    Object.entries(env).filter(
      (entry): entry is [string, string] =>
        entry[1] !== undefined && (names.has(fold(entry[0])) || passedPrefix.test(entry[0])),
    ),
  );
}
