import { describe, expect, it } from "vitest";
import { protectedReason } from "./protected-paths.ts";

describe("protectedReason", () => {
  it.each([
    ...[
      ".git/hooks/pre-commit",
      ".git/config",
      "a/b/.GIT/hooks/x",
      ".g\u200cit/config",
      ".ｇｉｔ/config",
      "GIT~1/config",
    ],
    ...[".git", "sub/.gitmodules", ".gitattributes", ".husky/pre-push", "bare/hooks/post-update"],
    ...[
      ".bashrc",
      ".bash_profile",
      ".profile",
      ".zshrc",
      ".zshenv",
      ".zprofile",
      ".inputrc",
      "x/.config/fish/config.fish",
    ],
    ...[".ssh/authorized_keys", ".gnupg/gpg.conf", ".envrc", ".npmrc", ".pypirc", ".vscode/tasks.json", ".idea/x.xml"],
    ...["a.desktop", ".config/autostart/x", ".config/systemd/user/x.service", "Library/LaunchAgents/a.plist", "a.lnk"],
    ...["Start Menu/Programs/Startup/a.txt", "a.URL", "a.scf", "Desktop.ini", "autorun.inf", "etc/crontab", "cron.d/x"],
    ...[
      "letter.docm",
      "book.XLSM",
      "a.pptm",
      "a.dotm",
      "a.xlam",
      "setup.exe",
      "a.bat",
      "a.ps1",
      "a.vbs",
      "a.hta",
      "a.reg",
    ],
    ...[
      "a\u001b[0m.txt",
      "cv\u202etxt.exe.txt",
      "a\n.txt",
      "report.",
      "report.txt ",
      "NUL",
      "con.txt",
      "COM1.csv",
      "a\\b.txt",
    ],
    "name\ufffd.txt",
  ])("refuses %j, in any folder", (path) => {
    expect(protectedReason("/home/ada/files", path)).toEqual(expect.any(String));
    expect(protectedReason("/home/ada/files", `one/two/${path}`)).toEqual(expect.any(String));
  });

  it.each([
    ...["report.txt", "git/config", "a.git.txt", "notes/ssh.md", "profile.md", "bash.txt", "budget.xlsx", "data.csv"],
    ...[
      "src/main.js",
      "build.py",
      "Makefile",
      "package.json",
      "com1x.txt",
      "console.log",
      "résumé 🙂❤️.md",
      "hooks/readme.md",
    ],
    ...[".gitignore", "cron.txt", "desktop.ini.txt", "vscode/settings.json", "计划.txt"],
  ])("lets %j be changed", (path) => {
    expect(protectedReason("/home/ada/files", path)).toBeNull();
  });

  it("looks at where the grant lies, too", () => {
    expect(protectedReason("/home/ada/.config/autostart", "notes.txt")).toContain("starts with the session");
    expect(protectedReason("/home/ada/project/.git", "notes.txt")).toContain("version control");
    expect(protectedReason("/home/ada/.config", "autostart/notes.txt")).toContain("starts with the session");
  });
});
