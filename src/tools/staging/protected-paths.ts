import { neutraliseLine } from "../neutralise.ts";

/** Places by their names, separated by spaces, in lower case. */
interface Place {
  /** Folders, with all that is in them, or a file of that name: one name, or several with slashes. */
  readonly folders?: string;
  /** How the name of a file begins. */
  readonly beginnings?: string;
  /** Extensions, without the dot. */
  readonly endings?: string;
  /** Completes the sentence "tools never change it: …". */
  readonly why: string;
}

/** What runs later, outside the sandbox, or decides what runs. Whoever approves: it stays as it is. */
const places: readonly Place[] = [
  { folders: ".git git~1 git~2 git~3 git~4 .hg .svn .bzr .jj", why: "version control runs hooks and commands from it" },
  { folders: ".gitmodules .gitattributes .husky .githooks", why: "git runs commands that it names" },
  {
    folders: [
      ...["applypatch-msg", "pre-applypatch", "post-applypatch", "pre-commit", "pre-merge-commit", "post-commit"],
      ...["prepare-commit-msg", "commit-msg", "pre-rebase", "post-checkout", "post-merge", "pre-push", "pre-receive"],
      ...[
        "update",
        "post-receive",
        "post-update",
        "push-to-checkout",
        "pre-auto-gc",
        "post-rewrite",
        "fsmonitor-watchman",
      ],
    ]
      .map((hook) => `hooks/${hook}`)
      .join(" "),
    why: "it is a hook, which git runs",
  },
  { beginnings: ".pre-commit-config. lefthook. .lefthook.", why: "it names commands that version control runs" },
  {
    beginnings:
      ".bash .zsh .zlog .zprofile .ksh .mksh .csh .tcsh .login .logout .profile .inputrc .xprofile .xsession .xinit",
    why: "a shell or the session runs it when it starts",
  },
  {
    folders:
      ".tmux.conf .screenrc .gdbinit .lldbinit .pythonrc .irbrc .psqlrc .sqliterc .vimrc .gvimrc .exrc .nvimrc .vim .emacs .emacs.d",
    why: "a program runs what it says when it starts",
  },
  { folders: ".config/fish .config/nvim .config/powershell .config/emacs", why: "a program runs it when it starts" },
  {
    folders: ".ssh .gnupg .aws .azure .kube .docker .password-store .netrc .pgpass .my.cnf",
    why: "it holds credentials",
  },
  { folders: ".config/gcloud .config/gh .config/op .config/git .gitconfig", why: "it holds credentials and commands" },
  {
    folders: ".npmrc .yarnrc .yarnrc.yml .pypirc .pip .config/pip pip.conf .curlrc .wgetrc",
    why: "it says where programs come from",
  },
  {
    folders: ".config/autostart .config/systemd .config/environment.d .config/plasma-workspace .local/share/systemd",
    why: "it starts with the session",
  },
  {
    folders: ".local/bin .local/share/applications .local/share/dbus-1 .local/share/nautilus",
    why: "it holds programs",
  },
  {
    folders: "launchagents launchdaemons startupitems programs/startup xlstart word/startup",
    why: "it starts with the session or a program",
  },
  {
    folders: "crontab crontabs cron.d cron.hourly cron.daily cron.weekly cron.monthly anacrontab",
    why: "the system runs commands from it",
  },
  { folders: ".vscode .idea .fleet .zed .devcontainer", why: "an editor runs tasks and settings from it" },
  { folders: ".envrc .direnvrc .mise.toml mise.toml .tool-versions", why: "entering the folder runs what it says" },
  { folders: ".claude .cursor .codex .gemini .windsurf .mcp.json", why: "an assistant runs commands from it" },
  { folders: ".github/workflows .gitlab-ci.yml .circleci", why: "a server runs it, with the project's keys" },
  {
    folders: "desktop.ini autorun.inf sitecustomize.py usercustomize.py",
    why: "it runs, or names what runs, when the folder is opened",
  },
  {
    endings: "desktop lnk url scf pif library-ms search-ms appref-ms webloc plist command workflow",
    why: "opening it can start a program",
  },
  { endings: "code-workspace pth", why: "a program runs what it says when it starts" },
  {
    endings: "docm dotm xlsm xltm xlam xll xla pptm potm ppsm ppam sldm accde slk iqy",
    why: "Office runs macros from it",
  },
  {
    endings:
      "exe scr com cpl dll sys drv ocx msi msp msix appx bat cmd ps1 psm1 psd1 ps1xml vbs vbe jse wsf wsh wsc sct hta reg inf chm gadget application msc jar jnlp",
    why: "it is a program or a script that a double click runs",
  },
  { endings: "so dylib ko appimage deb rpm pkg dmg flatpakref iso vhd vhdx", why: "it is a program or installs one" },
];

const table = places.map(({ folders = "", beginnings = "", endings = "", why }) => ({
  folders: listOf(folders).map((name) => `/${name}/`),
  beginnings: listOf(beginnings),
  endings: listOf(endings).map((ending) => `.${ending}`),
  why,
}));

const windowsDevices = /^(con|prn|aux|nul|conin\$|conout\$|com[0-9¹²³]|lpt[0-9¹²³])(\.|$)/i;

/**
 * Why a path is never changed by a tool, or null when it may be: completes the sentence "tools never change it: …".
 * Looks at the whole path, so that a grant that itself lies in such a place is protected too.
 * @param folder the granted folder: absolute, with forward slashes
 * @param inGrant what follows, with forward slashes
 */
export function protectedReason(folder: string, inGrant: string): string | null {
  for (const name of inGrant.split("/")) {
    const fault = faultOfName(name);
    if (fault !== null) return fault;
  }
  const path = `${plain(folder)}/${plain(inGrant)}/`;
  const name = plain(inGrant).split("/").at(-1) ?? "";
  const found = table.find(
    (place) =>
      place.folders.some((one) => path.includes(one)) ||
      place.beginnings.some((one) => name.startsWith(one)) ||
      place.endings.some((one) => name.endsWith(one)),
  );
  return found?.why ?? null;
}

/** A path as file systems compare it that ignore case and letters that nobody sees. */
function plain(path: string): string {
  return path
    .normalize("NFKC")
    .replaceAll(/\p{Default_Ignorable_Code_Point}/gu, "")
    .toLowerCase();
}

function faultOfName(name: string): string | null {
  if (name.includes("\ufffd")) return "its name is not valid text";
  if (neutraliseLine(name) !== name) return "its name holds characters that cannot be shown";
  if (name.includes("\\")) return "its name holds a backslash";
  if (/[. ]$/.test(name)) return "its name ends with a space or a dot";
  if (windowsDevices.test(name)) return "its name stands for a device on Windows";
  return null;
}

function listOf(words: string): string[] {
  return words.split(" ").filter((word) => word !== "");
}
