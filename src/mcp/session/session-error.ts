import { ErrorCode, McpError } from "@modelcontextprotocol/sdk/types.js";
import { IndoorsError, messageOf } from "../../shared/errors.ts";

const longestWords = 2000;

/**
 * What went wrong between here and the server, as an error of the contract. The server's own words are quoted, cut and
 * marked with `data.said`: they are as little to be believed as its results.
 * @param what what was tried, as the beginning of a sentence: "The tool 'x' failed"
 * @param signal the caller's: when it has fired the error is its reason, `cancelled` for one.
 */
export function sessionError(thrown: unknown, what: string, signal?: AbortSignal): IndoorsError {
  if (signal?.aborted === true && signal.reason instanceof IndoorsError) return signal.reason;
  if (signal?.aborted === true) return new IndoorsError("cancelled");
  if (thrown instanceof IndoorsError) return thrown;
  if (thrown instanceof McpError) {
    if (thrown.code === ErrorCode.ConnectionClosed) {
      return new IndoorsError("server.failed", `${what}: the server ended. Start it again, and look at its log.`);
    }
    // The SDK puts the number into the sentence.
    const said = thrown.message.replace(/^MCP error -?\d+: /, "").slice(0, longestWords);
    return new IndoorsError("tool.failed", `${what}. The server says: ${said}`, { said });
  }
  if (isShapeError(thrown)) {
    return new IndoorsError(
      "tool.failed",
      `${what}: the server's answer is not of the protocol's form. Tell its maker.`,
    );
  }
  return new IndoorsError("server.failed", `${what}: ${messageOf(thrown).slice(0, longestWords)}`);
}

function isShapeError(thrown: unknown): boolean {
  return typeof thrown === "object" && thrown !== null && "issues" in thrown;
}
