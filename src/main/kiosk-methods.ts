import type { hostContract } from "../shared/host-contract.ts";
import type { ViewName } from "../shared/kiosk.ts";
import type { shellContract } from "../shared/shell-contract.ts";

/** What a rule may look at besides the method. */
interface Asked {
  readonly params: Readonly<Record<string, unknown>>;
  /** Whether this path was given out by the kiosk itself, for an export. */
  isExportPath(path: unknown): boolean;
}

type Rule =
  | "always"
  | "never"
  /** With any of these views. */
  | readonly ViewName[]
  /** With any of these views, and only in this way. */
  | { readonly views: readonly ViewName[] | "always"; readonly when: (asked: Asked) => boolean };

/** What anybody may set for the moment: so that they can read what is on the screen. */
const forReading = new Set(["language", "theme", "scale"]);
const speaks = (value: unknown): value is readonly unknown[] => Array.isArray(value);

/**
 * What the window of a kiosk may ask of the host, by view. A path is never among it: whoever could name one could read
 * or write every file of the kiosk's user. Nor is what an administrator does: models, rules, keys of the audit log.
 */
export const hostRules: Readonly<Record<keyof (typeof hostContract)["methods"], Rule>> = {
  "seal.get": "always",
  "settings.get": "always",
  "settings.set": { views: "always", when: ({ params }) => Object.keys(params).every((name) => forReading.has(name)) },
  "readiness.report": ["home", "models", "settings"],
  "about.get": ["home", "about", "settings"],
  "about.licence": ["about"],

  "models.list": ["home", "chat", "recordings", "models", "settings"],
  "models.verify": ["models"],
  "models.import": "never",
  "models.remove": "never",

  "transcriptions.start": "never",
  "jobs.list": ["recordings"],
  "jobs.get": ["recordings"],
  "jobs.pause": ["recordings"],
  "jobs.resume": ["recordings"],
  "jobs.cancel": ["recordings"],
  "jobs.move": ["recordings"],
  "jobs.retry": ["recordings"],
  "jobs.forget": ["recordings"],
  "captures.start": ["recordings"],
  "captures.list": ["recordings"],
  "captures.finish": ["recordings"],
  "captures.discard": ["recordings"],
  "recordings.list": ["recordings"],
  "recordings.remove": ["recordings"],
  "recordings.rename": ["recordings"],
  "transcripts.get": ["recordings"],
  "transcripts.export": ["recordings"],
  "transcripts.search": ["recordings"],

  "conversations.list": ["chat"],
  "conversations.get": ["chat"],
  "conversations.rename": ["chat"],
  "conversations.remove": ["chat"],
  "conversations.export": ["chat"],
  "runs.start": { views: ["chat"], when: ({ params }) => speaks(params["grants"]) && params["grants"].length === 0 },
  "runs.cancel": ["chat"],
  "runs.get": ["chat"],
  // With the grants of an earlier run, which may be an administrator's.
  "runs.retry": "never",
  "approvals.list": ["chat"],
  // A yes for good is a rule in the policy.
  "approvals.answer": {
    views: ["chat"],
    when: ({ params }) => {
      const { scope } = (params["answer"] ?? {}) as { readonly scope?: unknown };
      return scope === "call" || scope === "run";
    },
  },

  "tools.list": ["chat", "agents"],
  "policy.get": ["agents"],
  "policy.matrix": {
    views: ["agents"],
    when: ({ params }) => speaks(params["folders"]) && params["folders"].length === 0,
  },
  "policy.check": { views: ["agents"], when: ({ params }) => params["path"] === null && params["call"] === null },
  "policy.setRule": "never",
  "policy.setMinimumLevel": "never",

  // Who asks in the chat chooses who answers, and fills in what a server asks of them.
  "agents.list": ["chat", "agents"],
  "agents.put": "never",
  "agents.remove": "never",
  "elicitations.list": ["chat"],
  "elicitations.answer": ["chat"],
  // What servers and openings there are is nobody's business here, and what there will be still less.
  "mcp.list": "never",
  "mcp.get": "never",
  "mcp.inspect": "never",
  "mcp.import": "never",
  "mcp.change": "never",
  "mcp.remove": "never",
  "mcp.start": "never",
  "mcp.stop": "never",
  "mcp.review": "never",
  "mcp.readResource": "never",
  "mcp.prompt": "never",
  "perimeter.get": "never",
  "perimeter.examine": "never",
  "perimeter.add": "never",
  "perimeter.remove": "never",
  "perimeter.test": "never",
  "connectors.addresses": "never",
  "connectors.listen": "never",
  "connectors.enrol": "never",
  "connectors.revoke": "never",

  "audit.list": ["audit"],
  "audit.verify": {
    views: ["audit"],
    when: ({ params }) => params["anchorFile"] === null && params["publicKeyFile"] === null,
  },
  "audit.export": { views: ["audit"], when: ({ params, isExportPath }) => isExportPath(params["file"]) },
  "audit.anchor": {
    views: ["audit"],
    when: ({ params, isExportPath }) => params["file"] === null || isExportPath(params["file"]),
  },
  "audit.setAnchorFile": "never",
  "audit.eraseContent": "never",
};

/** What it may ask of the shell. Dialogs of the system show every folder there is, so there are none. */
export const shellRules: Readonly<Record<keyof (typeof shellContract)["methods"], Rule>> = {
  "shell.state": "always",
  "shell.apply": "always",
  "shell.restartHost": "always",
  "files.pick": "never",
  "files.recordings": "never",
  "files.reveal": "never",
  // These three go to the export folder, when there is one and when it was confirmed.
  "files.save": "always",
  "files.savePdf": "always",
  "files.chooseSave": ["audit"],
  "capture.open": ["recordings"],
  "capture.append": ["recordings"],
  "capture.close": ["recordings"],
  "kiosk.touch": "always",
  "kiosk.leave": "always",
};

/** Whether the window of a kiosk with these views may make this call. A method that no table has it may not. */
export function mayCall(
  contract: "host" | "shell",
  method: string,
  params: unknown,
  { views, isExportPath }: { readonly views: readonly ViewName[]; readonly isExportPath: (path: unknown) => boolean },
): boolean {
  const rules: Readonly<Record<string, Rule>> = contract === "host" ? hostRules : shellRules;
  const rule = Object.hasOwn(rules, method) ? rules[method] : undefined;
  if (rule === undefined || rule === "never") return false;
  const shown = (wanted: readonly ViewName[] | "always") =>
    wanted === "always" || wanted.some((view) => views.includes(view));
  if (rule === "always" || !("when" in rule)) return shown(rule);
  if (typeof params !== "object" || params === null) return false;
  return shown(rule.views) && rule.when({ params: params as Readonly<Record<string, unknown>>, isExportPath });
}
