/**
 * How two folders lie to each other: the same, `one` inside `other`, `other` inside `one`, or apart. Absolute paths as
 * the system writes them; Windows paths are compared without case.
 */
export function folderOrder(one: string, other: string): "same" | "inside" | "around" | "apart" {
  const [a, b] = [partsOf(one), partsOf(other)];
  const shared = Math.min(a.length, b.length);
  for (let at = 0; at < shared; at++) if (a[at] !== b[at]) return "apart";
  return a.length === b.length ? "same" : a.length > b.length ? "inside" : "around";
}

function partsOf(path: string): readonly string[] {
  const windows = /^[a-z]:|^\\\\/iu.test(path);
  const text = windows ? path.replaceAll("\\", "/").toLowerCase() : path;
  const parts: string[] = [];
  for (const part of text.split("/")) {
    if (part === "..") parts.pop();
    else if (part !== "" && part !== ".") parts.push(part);
  }
  return parts;
}
