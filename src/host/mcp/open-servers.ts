import { realpath } from "node:fs/promises";
import { join } from "node:path";
import type { Payload } from "../../shared/contract.ts";
import { IndoorsError } from "../../shared/errors.ts";
import type { hostContract } from "../../shared/host-contract.ts";
import type { Grant } from "../../shared/tool.ts";
import type { Store } from "../../store/open-store.ts";
import type { AppFiles } from "../app-files.ts";
import type { Approvals } from "../approvals.ts";
import type { AuditLog } from "../audit-log.ts";
import type { DataFolder } from "../data-folder.ts";
import { refuseOwnFolder } from "../grant-world.ts";
import { forgetAllows } from "../policy-change.ts";
import type { PolicyFile } from "../policy-file.ts";
import type { SealedTools } from "../sealed-tools.ts";
import { Elicitations } from "./elicitations.ts";
import { Sampling } from "./sampling.ts";
import { McpServers } from "./servers.ts";
import type { OpenRemote } from "./session.ts";

export interface OpenServersOptions {
  readonly files: Pick<AppFiles, "nodePath" | "version">;
  readonly data: Pick<DataFolder, "path" | "servers" | "tools">;
  readonly store: Store;
  readonly audit: AuditLog;
  readonly policy: Pick<PolicyFile, "read" | "change">;
  readonly approvals: Pick<Approvals, "ask">;
  readonly sealedTools: () => Promise<Pick<SealedTools, "sandbox" | "report">>;
  readonly openRemote: OpenRemote;
  readonly emit: <E extends keyof typeof hostContract.events>(
    event: E,
    payload: Payload<typeof hostContract, E>,
  ) => void;
  readonly onChanged: () => void;
  readonly onNotice: (sentence: string) => void;
  readonly onLog: (line: string) => void;
}

/** Puts the servers, their forms and their use of the model together. Nothing is started. The caller disposes of both. */
export function openServers(options: OpenServersOptions): {
  readonly servers: McpServers;
  readonly elicitations: Elicitations;
} {
  const { files, data, store, audit, policy, approvals, sealedTools, openRemote, emit } = options;
  const { onChanged, onNotice, onLog } = options;
  const elicitations = new Elicitations({
    audit,
    onRequested: (request) => emit("elicitation.requested", request),
    onClosed: (id) => emit("elicitation.closed", { id }),
  });
  const sampling = new Sampling({ policy, approvals, audit, sandbox: async () => (await sealedTools()).report() });
  const servers = new McpServers({
    ...{ store, audit, nodePath: files.nodePath, version: files.version, dataFolder: data.path },
    ...{ serversFolder: data.servers, stagingFolder: join(data.tools, "staging") },
    ...{ openRemote, elicitations, sampling, onChanged, onNotice, onLog },
    sandbox: async () => (await sealedTools()).sandbox,
    settleGrants: (grants) => settleGrants(grants, data.path),
    forgetAllows: (name) => forgetAllows(name, options),
    onProgress: (progress) => emit("run.progress", progress),
  });
  return { servers, elicitations };
}

/** By their real paths. @throws IndoorsError `file.unreadable`, `input.invalid` */
async function settleGrants(grants: readonly Grant[], dataFolder: string): Promise<Grant[]> {
  await refuseOwnFolder(grants, dataFolder);
  return await Promise.all(
    grants.map(async (grant) => {
      const path = await realpath(grant.path).catch(() => {
        throw new IndoorsError(
          "file.unreadable",
          `The grant cannot be used: ${grant.path} is not there. Name a folder that exists.`,
        );
      });
      return { ...grant, path };
    }),
  );
}
