import { type ChildProcess, spawn, spawnSync } from "node:child_process";

/** Two machines on one cable, as far as their networks go: two namespaces and a pair of interfaces. */
export interface TwoNetworks {
  /** The command that runs a program in a network of its own; put the program after it. */
  readonly inA: readonly [string, ...string[]];
  readonly inB: readonly [string, ...string[]];
  readonly addressA: string;
  readonly addressB: string;
  dispose(): void;
}

const addressA = "10.77.0.1";
const addressB = "10.77.0.2";

/** Makes them, as root or as an ordinary user who may make namespaces. Or says why it cannot be done here. */
export async function makeTwoNetworks(): Promise<TwoNetworks | { readonly missing: string }> {
  let missing = "";
  for (const user of [["-U", "-r"], []]) {
    const made = await make(user.length > 0, user);
    if (!("missing" in made)) return made;
    missing = made.missing;
  }
  return { missing };
}

async function make(hasUser: boolean, user: readonly string[]): Promise<TwoNetworks | { missing: string }> {
  const holders: ChildProcess[] = [];
  const dispose = () => {
    // With the processes that hold them the namespaces go, and all in them.
    for (const holder of holders) holder.kill("SIGKILL");
  };
  /** Starts a process that only holds a namespace, and waits until it has it. */
  const hold = async (command: readonly string[]): Promise<number> => {
    const [program = "", ...args] = [...command, "sh", "-c", "echo held; exec sleep 600"];
    const holder = spawn(program, args, { stdio: ["ignore", "pipe", "pipe"] });
    holders.push(holder);
    return await new Promise<number>((held, failed) => {
      holder.once("error", failed);
      holder.stderr.once("data", (text: Buffer) => failed(new Error(text.toString().trim())));
      holder.stdout.once("data", () => held(holder.pid ?? 0));
      holder.once("exit", () => failed(new Error("the namespace could not be made")));
    });
  };
  const enter = (pid: number): [string, ...string[]] =>
    [...["nsenter", "-t", String(pid)], ...(hasUser ? ["-U", "--preserve-credentials"] : []), "-n"] as unknown as [
      string,
      ...string[],
    ];
  try {
    const a = await hold(["unshare", ...user, "-n"]);
    const userOfA = hasUser ? ["nsenter", "-t", String(a), "-U", "--preserve-credentials"] : [];
    const b = await hold([...userOfA, "unshare", "-n"]);
    const ip = (within: readonly string[], ...args: readonly string[]) => {
      const [program = "", ...rest] = [...within, "ip", ...args];
      const { status, stderr, error } = spawnSync(program, rest, { encoding: "utf8" });
      if (status !== 0) throw error ?? new Error(`ip ${args.join(" ")}: ${stderr.trim()}`);
    };
    const [inA, inB] = [enter(a), enter(b)];
    ip(inA, ...["link", "add", "cable", "type", "veth", "peer", "name", "cable", "netns", String(b)]);
    for (const [within, address] of [
      [inA, addressA],
      [inB, addressB],
    ] as const) {
      ip(within, "address", "add", `${address}/24`, "dev", "cable");
      ip(within, "link", "set", "cable", "up");
      ip(within, "link", "set", "lo", "up");
    }
    return { inA, inB, addressA, addressB, dispose };
  } catch (thrown) {
    dispose();
    return { missing: thrown instanceof Error ? thrown.message : String(thrown) };
  }
}
