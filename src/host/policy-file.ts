import { readFile, realpath, writeFile } from "node:fs/promises";
import { isAbsolute, join } from "node:path";
import { defaultPolicy } from "../agent/policy/default-policy.ts";
import { IndoorsError, messageOf } from "../shared/errors.ts";
import { type Policy, type PolicyRule, policy as policySchema } from "../shared/policy.ts";
import { fieldOf } from "./field-of.ts";
import { parseJsonText, replaceFile } from "./json-file.ts";

const maxBytes = 1_000_000;
/** What a rule may name in the place of a tool. */
export const effects = ["effect:read", "effect:write", "effect:run"];

/** The policy of a data folder: one readable file, read anew for every call, so that an edit holds at once. */
export interface PolicyFile {
  readonly path: string;
  /**
   * The policy as it stands in the file. @throws IndoorsError `policy.invalid`: then no tool may run. Nothing is ever
   * put in the place of a file that cannot be used.
   */
  read(): Promise<Policy>;
  /** Puts rules on top of the others. */
  addOnTop(rules: readonly PolicyRule[]): Promise<void>;
  /**
   * Makes another policy of the one in the file, in one step: after a crash the file is the old one or the new one.
   * Changes wait for each other. Returns both.
   */
  change(
    edit: (policy: Policy) => Policy | Promise<Policy>,
  ): Promise<{ readonly before: Policy; readonly after: Policy }>;
}

/** Opens `policy.json` of a data folder, and writes the default policy when there is none. */
export async function openPolicyFile(dataFolder: string): Promise<PolicyFile> {
  const path = join(dataFolder, "policy.json");
  await writeFile(path, textOf(defaultPolicy), { flag: "wx", mode: 0o600 }).catch(() => {
    // It is there, and stays as it is. Whatever else went wrong shows when it is read: then nothing may run.
  });
  let last: Promise<unknown> = Promise.resolve();
  const change: PolicyFile["change"] = (edit) => {
    const next = last.then(async () => {
      const before = await readPolicy(path);
      const after = await edit(before);
      if (after !== before) await replaceFile(path, textOf(after));
      return { before, after };
    });
    last = next.catch(() => {});
    return next;
  };
  return {
    path,
    read: () => readPolicy(path),
    addOnTop: async (rules) => void (await change((policy) => ({ ...policy, rules: [...rules, ...policy.rules] }))),
    change,
  };
}

/**
 * Reads a file in the form of the policy.
 * @throws IndoorsError `policy.invalid`, with the file, the line or the field, and what to do.
 */
export async function readPolicy(path: string): Promise<Policy> {
  const text = await readFile(path, "utf8").catch((error: unknown) => {
    const gone = (error as NodeJS.ErrnoException).code === "ENOENT";
    throw invalid(path, gone ? "It is not there." : `It cannot be read (${messageOf(error)}).`);
  });
  if (text.length > maxBytes) throw invalid(path, `It is larger than ${maxBytes / 1e6} MB.`);
  let value: unknown;
  try {
    value = parseJsonText(text);
  } catch (error) {
    throw invalid(path, messageOf(error));
  }
  const parsed = policySchema.safeParse(value);
  if (!parsed.success) {
    const [issue] = parsed.error.issues;
    throw invalid(
      path,
      `${fieldOf(issue?.path ?? []) || "The whole file"}: ${issue?.message ?? "it has the wrong form"}.`,
    );
  }
  for (const [index, { grant, tool }] of parsed.data.rules.entries()) {
    const field = `rules[${index}]`;
    if (grant !== undefined && !isAbsolute(grant)) {
      throw invalid(path, `${field}.grant: '${grant}' is not an absolute path, so it would never match.`);
    }
    if (tool?.startsWith("effect:") === true && !effects.includes(tool)) {
      throw invalid(path, `${field}.tool: there is no '${tool}'. The effects are ${effects.join(", ")}.`);
    }
  }
  return parsed.data;
}

/** The same policy with every folder by its real path, so that a link to a folder is that folder. */
export async function withRealPaths(policy: Policy): Promise<Policy> {
  const rules = policy.rules.map(async (rule) =>
    rule.grant === undefined ? rule : { ...rule, grant: await realpath(rule.grant).catch(() => rule.grant as string) },
  );
  return { ...policy, rules: await Promise.all(rules) };
}

function invalid(path: string, why: string): IndoorsError {
  return new IndoorsError(
    "policy.invalid",
    `The policy cannot be used, so no tool may run: ${path}. ${why} Correct the file; \`indoors policy check\` tests it.`,
    { path },
  );
}

function textOf(policy: Policy): string {
  return `${JSON.stringify(policy, null, 2)}\n`;
}
