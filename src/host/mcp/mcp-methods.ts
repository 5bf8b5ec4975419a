import type { Implementation } from "../../shared/contract.ts";
import type { hostContract } from "../../shared/host-contract.ts";
import type { Elicitations } from "./elicitations.ts";
import type { McpServers } from "./servers.ts";

type McpMethod = Extract<keyof typeof hostContract.methods, `mcp.${string}` | `elicitations.${string}`>;

/** The part of the host's contract that is about MCP servers, and the forms that they ask people to fill in. */
export function mcpMethods(
  servers: McpServers,
  elicitations: Elicitations,
): Pick<Implementation<typeof hostContract>, McpMethod> {
  return {
    "mcp.list": () => ({ servers: servers.list() }),
    "mcp.get": ({ name }) => servers.get(name),
    "mcp.inspect": ({ path }, signal) => servers.inspect(path, signal),
    "mcp.import": (asked, signal) => servers.import(asked, signal),
    "mcp.change": ({ name, ...changes }) => servers.change(name, changes),
    "mcp.remove": async ({ name }) => {
      await servers.remove(name);
      return {};
    },
    "mcp.start": ({ name }, signal) => servers.start(name, signal),
    "mcp.stop": async ({ name }) => {
      await servers.stop(name);
      return {};
    },
    "mcp.review": ({ name, tools }) => servers.review(name, tools),
    "mcp.readResource": ({ name, uri }, signal) => servers.readResource(name, uri, signal),
    "mcp.prompt": ({ name, prompt, arguments: args }, signal) => servers.prompt(name, prompt, args, signal),
    "elicitations.list": () => ({ elicitations: elicitations.list() }),
    "elicitations.answer": ({ id, answer }) => {
      elicitations.answer(id, answer);
      return {};
    },
  };
}
