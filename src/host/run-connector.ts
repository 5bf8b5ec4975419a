// The command line reaches the connector through here. It opens neither a host nor a data folder.
export { allowedEnvironment, commandServer } from "../mcp/connector/command-server.ts";
export { defaultStateFolder, readState } from "../mcp/connector/connector-state.ts";
export { enrolConnector } from "../mcp/connector/enrol-connector.ts";
export { loopbackServer, readLoopbackUrl } from "../mcp/connector/loopback-server.ts";
export { runConnector } from "../mcp/connector/run-connector.ts";
