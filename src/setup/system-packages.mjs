/**
 * @typedef {object} SystemPackage
 * @property {string[]} commands what is looked for on the PATH
 * @property {string[]} [libraries] shared libraries that are looked for beside them, by their file names
 * @property {string} purpose
 * @property {string[]} [platforms] where it exists at all; everywhere when left out
 * @property {Record<PackageManager, string[]>} names
 */

/**
 * Programs of the operating system that some feature needs. Everything else comes with node modules.
 * Package names per package manager; none where the program is there anyway or not packaged. "a|b": b, where the
 * manager does not know a.
 * @type {readonly SystemPackage[]}
 */
export const systemPackages = [
  {
    commands: ["make", "g++"],
    purpose: "builds the sandbox's helper, and the speech engine that gives word times (whisper-node)",
    names: {
      "apt-get": ["make", "g++"],
      dnf: ["make", "gcc-c++"],
      pacman: ["base-devel"],
      zypper: ["make", "gcc-c++"],
      brew: [],
    },
  },
  {
    commands: ["bwrap"],
    purpose: "seals what the agent's tools do (bubblewrap)",
    platforms: ["linux"],
    names: {
      "apt-get": ["bubblewrap"],
      dnf: ["bubblewrap"],
      pacman: ["bubblewrap"],
      zypper: ["bubblewrap"],
      brew: [],
    },
  },
  {
    commands: ["ffmpeg"],
    purpose: "reads m4a, mp4 and webm recordings",
    names: { "apt-get": ["ffmpeg"], dnf: ["ffmpeg-free"], pacman: ["ffmpeg"], zypper: ["ffmpeg"], brew: ["ffmpeg"] },
  },
  {
    commands: [],
    // What Electron itself is linked with and a server may lack. Each pulls in what it needs in turn.
    libraries: ["libgtk-3.so.0", "libnss3.so", "libgbm.so.1", "libasound.so.2", "libcups.so.2"],
    purpose: "opens the desktop's window",
    platforms: ["linux"],
    names: {
      "apt-get": ["libgtk-3-0t64|libgtk-3-0", "libnss3", "libgbm1", "libasound2t64|libasound2", "libcups2t64|libcups2"],
      dnf: ["gtk3", "nss", "mesa-libgbm", "alsa-lib", "cups-libs"],
      pacman: ["gtk3", "nss", "mesa", "alsa-lib", "libcups"],
      zypper: ["libgtk-3-0", "mozilla-nss", "libgbm1", "libasound2", "libcups2"],
      brew: [],
    },
  },
  {
    commands: ["Xvfb"],
    purpose: "a screen that nobody sees, for the desktop's tests",
    platforms: ["linux"],
    names: {
      "apt-get": ["xvfb"],
      dnf: ["xorg-x11-server-Xvfb"],
      pacman: ["xorg-server-xvfb"],
      zypper: ["xorg-x11-server-Xvfb"],
      brew: [],
    },
  },
];

/** @typedef {"apt-get" | "dnf" | "pacman" | "zypper" | "brew"} PackageManager */

/** The line that installs packages, without the packages. The first manager found on the PATH is used. */
export const installLines = {
  "apt-get": ["apt-get", "install", "-y", "--no-install-recommends"],
  dnf: ["dnf", "install", "-y"],
  pacman: ["pacman", "-S", "--needed"],
  zypper: ["zypper", "install", "-y"],
  brew: ["brew", "install"],
};
