/** What the gateway is started from. Paths are absolute and real: no part of one is a link. */
export interface GatewayPlace {
  /** As in `process.platform`. */
  readonly platform: string;
  /** Null where there is none. */
  readonly bwrapPath: string | null;
  readonly nodePath: string;
  /** `mcp/gateway/main` in dist or src. */
  readonly entry: string;
  /** What the entry is made of, read-only: dist or src, node_modules, package.json. */
  readonly codeFolders: readonly string[];
  /** `<data>/perimeter`. It must be there already, and be its owner's alone. */
  readonly perimeterFolder: string;
}

/** How the gateway is started: `stdio: ["ignore", "pipe", "pipe", "ipc"]`, serialization json, and no environment but `env`. */
export interface GatewayCommand {
  readonly program: string;
  readonly args: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  /** Why it sees the files of whoever starts it; null: it sees its own folder and nothing else. */
  readonly open: string | null;
}

/** What the resolver of the C library reads to look up a name, once, when an administrator examines a URL. */
const nameFiles = ["hosts", "resolv.conf", "nsswitch.conf", "host.conf", "gai.conf"].map((name) => `/etc/${name}`);

/**
 * The command that runs the gateway. It keeps the network, which is its purpose; everything else is taken away: other
 * files, other processes, the environment, capabilities. Without bubblewrap Node's own permissions still limit its files.
 */
export function gatewayCommand(place: GatewayPlace): GatewayCommand {
  const { platform, bwrapPath, nodePath, entry, perimeterFolder } = place;
  const node = [nodePath, ...permissions(place), entry, perimeterFolder];
  if (platform === "linux" && bwrapPath !== null) {
    return { program: bwrapPath, args: [...sealed(place), "--", ...node], env: {}, open: null };
  }
  return {
    program: nodePath,
    args: node.slice(1),
    env: {},
    open: platform === "linux" ? "bubblewrap is not installed" : "this system has no bubblewrap",
  };
}

/** The seat belt: no file but its code to read and its folder to write, no other program, no native code. */
function permissions({ codeFolders, perimeterFolder }: GatewayPlace): string[] {
  return [
    "--permission",
    ...[...codeFolders, perimeterFolder].map((folder) => `--allow-fs-read=${folder}`),
    `--allow-fs-write=${perimeterFolder}`,
  ];
}

function sealed({ nodePath, codeFolders, perimeterFolder }: GatewayPlace): string[] {
  return [
    // `--unshare-all` alone only tries the user namespace and goes on without it.
    ...["--unshare-all", "--share-net", "--unshare-user", "--disable-userns", "--die-with-parent", "--new-session"],
    ...["--cap-drop", "ALL", "--hostname", "indoors"],
    ...["--ro-bind", "/usr", "/usr"],
    // Links into /usr on most systems; what is mounted is what they lead to.
    ...["/bin", "/lib", "/lib64"].flatMap((path) => ["--ro-bind-try", path, path]),
    ...nameFiles.flatMap((path) => ["--ro-bind-try", path, path]),
    ...["--proc", "/proc", "--dev", "/dev", "--size", String(16 * 1024 * 1024), "--tmpfs", "/tmp"],
    ...codeFolders.flatMap((path) => ["--ro-bind", path, path]),
    ...["--ro-bind", nodePath, nodePath, "--bind", perimeterFolder, perimeterFolder],
    ...["--remount-ro", "/dev", "--remount-ro", "/", "--chdir", "/"],
    // Node's channel to whoever starts it: number 3, as its `stdio` says. It is given by the environment, which is empty.
    ...["--clearenv", "--setenv", "NODE_CHANNEL_FD", "3", "--setenv", "NODE_CHANNEL_SERIALIZATION_MODE", "json"],
  ];
}
