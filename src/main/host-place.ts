import { join } from "node:path";

/** Which Node runs which file as the host, and what seals it. */
export interface HostPlace {
  readonly nodePath: string;
  readonly entry: string;
  /** resources/sandbox/seal: not there where it could not be built. */
  readonly sealPath: string;
}

/**
 * Where the host is. Packaged, beside the program; in development, in the checkout, whose built host runs on the Node that
 * its npm package brought. `root`: the checkout; `resources`: Electron's folder of resources.
 */
export function hostPlace(where: {
  readonly packaged: boolean;
  readonly root: string;
  readonly resources: string;
  readonly platform: string;
  readonly arch: string;
}): HostPlace {
  const { packaged, root, resources, platform, arch } = where;
  const windows = platform === "win32";
  if (packaged) {
    return {
      nodePath: join(resources, "runtime", windows ? "node.exe" : "node"),
      entry: join(resources, "indoors", "dist", "host", "serve.js"),
      sealPath: join(resources, "indoors", "resources", "sandbox", "seal"),
    };
  }
  const name = `node-${windows ? "win" : platform}-${arch}`;
  return {
    nodePath: join(root, "node_modules", name, "bin", windows ? "node.exe" : "node"),
    entry: join(root, "dist", "host", "serve.js"),
    sealPath: join(root, "resources", "sandbox", "seal"),
  };
}
