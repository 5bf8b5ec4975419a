import type { PolicyRule } from "../../../src/shared/policy.ts";
import { showHidden } from "../../../src/shared/show-hidden.ts";
import type { Text } from "../../text/text.tsx";

/** What a rule is about, in a sentence. `titleOf` names an agent as people call it. */
export function ruleWords(text: Text, rule: PolicyRule, titleOf: (agent: string) => string): string {
  const folder = rule.grant === undefined ? text("agents.rules.anyFolder") : showHidden(rule.grant);
  const [kind, name] = split(rule.tool);
  if (kind === "sampling") return text("agents.rules.sampling", { server: name });
  const agent = rule.agent === undefined ? text("agents.rules.anyAgent") : titleOf(rule.agent);
  if (kind === "server")
    return text("agents.rules.line", { agent, folder, tool: text("agents.rules.server", { server: name }) });
  const tool =
    rule.tool === undefined
      ? text("agents.rules.anyTool")
      : kind === "effect"
        ? (text.maybe(`agents.rules.effect.${name}`) ?? rule.tool)
        : showHidden(rule.tool);
  return text("agents.rules.line", { agent, tool, folder });
}

/** `server:records` by its parts; the name of a tool has no first part. */
function split(tool = ""): readonly [kind: string, name: string] {
  const at = tool.indexOf(":");
  return at === -1 ? ["", tool] : [tool.slice(0, at), showHidden(tool.slice(at + 1))];
}
