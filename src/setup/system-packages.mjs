/**
 * @typedef {object} SystemPackage
 * @property {string[]} commands what is looked for on the PATH
 * @property {string} purpose
 * @property {string[]} [platforms] where it exists at all; everywhere when left out
 * @property {Record<PackageManager, string[]>} names
 */

/**
 * Programs of the operating system that some feature needs. Everything else comes with node modules.
 * Package names per package manager; `null` where the program is there anyway or not packaged.
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
