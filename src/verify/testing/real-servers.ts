import { mkdirSync } from "node:fs";
import { join } from "node:path";
import type { Implementation } from "../../shared/contract.ts";
import type { mcpHostContract } from "../../shared/mcp-contract.ts";
import { bundleCommand } from "../../mcp/bundle/bundle-command.ts";
import { bundleFolder, installBundle } from "../../mcp/bundle/install-bundle.ts";
import { settleSettings } from "../../mcp/bundle/settings.ts";
import type { SettingValues } from "../../shared/mcp.ts";
import { type SealedSession, openSealedSession } from "../../host/mcp/sealed-session.ts";
import type { SessionEvent } from "../../host/mcp/connect-session.ts";
import type { Sandbox } from "../../tools/sandbox/sandbox.ts";
import { bundleOptions } from "./bundle-options.ts";

export interface InstalledServer {
  readonly name: string;
  /** Where its bundle and its private folder are. */
  readonly folder: string;
  readonly dataFolder: string;
  /** Starts it sealed. The caller disposes of it. */
  open(options?: {
    readonly settings?: SettingValues;
    /** Whether what its settings name can be written. */
    readonly writes?: boolean;
    /** More arguments, which no setting and no grant is about. */
    readonly more?: readonly string[];
    readonly host?: Partial<Implementation<typeof mcpHostContract>>;
    readonly onEvent?: (event: SessionEvent) => void;
  }): Promise<SealedSession>;
}

/** Installs a bundle and says how to start it. */
export async function installServer(bundle: string, folder: string, sandbox: Sandbox): Promise<InstalledServer> {
  const options = { ...bundleOptions(), folder, expectedSha256: null };
  const { manifest } = await installBundle(bundle, options);
  const dataFolder = join(folder, "data");
  mkdirSync(dataFolder, { mode: 0o700 });
  return {
    ...{ name: manifest.name, folder, dataFolder },
    async open({ settings = {}, writes = false, more = [], host = {}, onEvent = () => {} } = {}) {
      const command = bundleCommand(manifest, {
        ...{ folder: bundleFolder(folder), dataFolder, settings: await settleSettings(manifest, settings) },
        ...{ nodePath: process.execPath, python: null, platform: process.platform },
      });
      const grants = writes ? command.grants.map((grant) => ({ ...grant, mode: "rw" as const })) : command.grants;
      return openSealedSession({
        ...{
          sandbox,
          nodePath: process.execPath,
          server: { ...{ name: manifest.name, ...command }, args: [...command.args, ...more], grants },
        },
        ...{ clientVersion: "0.0.0", elicitation: host.elicit !== undefined, sampling: host.sample !== undefined },
        host: {
          elicit: host.elicit ?? (() => ({ action: "decline" })),
          sample:
            host.sample ??
            (() => {
              throw new Error("nobody allowed it");
            }),
        },
        ...{ onEvent, onFault: () => {}, signal: new AbortController().signal },
      });
    },
  };
}
