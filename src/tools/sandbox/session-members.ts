import { readdir, readFile } from "node:fs/promises";

/** The processes of one session, by number. Linux only. */
export async function sessionMembers(session: number): Promise<number[]> {
  const pids = (await readdir("/proc")).map(Number).filter((pid) => pid > 0);
  const sessions = await Promise.all(pids.map(sessionOf));
  return pids.filter((_, index) => sessions[index] === session);
}

/** Undefined for one that is gone by now. */
async function sessionOf(pid: number): Promise<number | undefined> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8").catch(() => "");
  // The name of the program stands in brackets and may hold anything; then state, parent, group, session.
  return Number(stat.slice(stat.lastIndexOf(")") + 2).split(" ")[3]) || undefined;
}
