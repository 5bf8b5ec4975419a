import { createHash } from "node:crypto";
import { unwatchFile, watchFile } from "node:fs";
import type { AuditEntry } from "../../shared/audit.ts";
import { IndoorsError, messageOf } from "../../shared/errors.ts";
import type { ServerKind } from "../../shared/mcp.ts";
import { emptyPerimeter, needsGateway, type PerimeterFile } from "../../shared/perimeter.ts";
import type { AuditLog } from "../audit-log.ts";
import { audited } from "../audited.ts";
import { Crossings } from "./crossings.ts";
import { GatewayClient } from "./gateway-client.ts";
import type { GatewayPlace } from "./gateway-place.ts";
import type { PerimeterFacts } from "./openings.ts";
import { type OpenedPerimeterFile, openPerimeterFile } from "./perimeter-file.ts";

export interface RemoteServer {
  readonly name: string;
  readonly kind: Exclude<ServerKind, "bundle">;
  readonly title: string;
  /** Where it is, in words for people. */
  readonly place: string;
}

/** The servers that agents know, as far as the perimeter tells them of some. */
export interface RemoteServers {
  list(): readonly { readonly name: string; readonly kind: ServerKind }[];
  /** Known from now on; nothing when it is already. */
  addRemote(server: RemoteServer): void;
  /** Ends it and forgets what was approved of it. */
  removeRemote(name: string): Promise<void> | void;
}

export interface PerimeterOptions {
  readonly dataFolder: string;
  readonly place: GatewayPlace;
  readonly audit: AuditLog;
  readonly servers: RemoteServers;
  readonly onChanged: () => void;
  readonly onNotice: (sentence: string) => void;
  readonly onLog: (line: string) => void;
  /** How often the file is looked at, for who changes it by hand. Default: 2 s. */
  readonly watchMs?: number;
}

/** A row about a change of the list, less what is the same in all of them. */
export type PerimeterEntry = Omit<AuditEntry, "runId" | "content"> & { readonly content?: AuditEntry["content"] };

interface ChangeOptions {
  readonly refusedAs?: string;
  readonly closes?: boolean;
}

/** What is open now. */
export interface OpenNow {
  readonly list: PerimeterFile;
  /** Why the file cannot be used; the list is empty then. */
  readonly fault: string | null;
}

/**
 * Every opening of the building: the file that lists them, the gateway that it is told to, and their rows in the audit
 * log. Changes come one after another; each is recorded before it holds, and taken back when the gateway refuses it.
 */
export class Perimeter {
  readonly file: OpenedPerimeterFile;
  readonly gateway: GatewayClient;
  readonly servers: RemoteServers;
  /** Where connectors dial from that are connected now, by name. */
  readonly connected = new Map<string, string>();
  readonly #options: PerimeterOptions;
  readonly #crossings: Crossings;
  #last: Promise<unknown> = Promise.resolve();
  /** The list that holds, as text; nothing was read yet. */
  #held = "";
  #waiting = new Map<string, Set<() => void>>();

  constructor(options: PerimeterOptions) {
    const { audit, onChanged, onLog, onNotice } = options;
    this.#options = options;
    this.servers = options.servers;
    this.file = openPerimeterFile(options.dataFolder);
    const failed = (error: unknown) => onNotice(`What crossed the perimeter is not in the log: ${messageOf(error)}`);
    this.#crossings = new Crossings({ write: (entry) => void audit.event(entry).catch(failed) });
    this.gateway = new GatewayClient({
      place: options.place,
      onLog,
      onCrossed: (crossing) => this.#crossings.add(crossing),
      onConnector: ({ name, connected, address }) => {
        if (connected) this.connected.set(name, address);
        else this.connected.delete(name);
        if (connected) for (const wake of this.#waiting.get(name) ?? []) wake();
        onChanged();
      },
      onEnrolled: (name, certificate) => this.#enrolled(name, certificate),
      onState: () => {
        if (this.gateway.state !== "running") this.connected.clear();
        onChanged();
      },
    });
  }

  /** Opens what is listed, as long as this host lives. What it finds in the file is a row of the log first. */
  async start(): Promise<void> {
    this.gateway.keep();
    watchFile(
      this.file.path,
      { persistent: false, interval: this.#options.watchMs ?? 2000 },
      () => void this.refresh(),
    );
    await this.refresh();
  }

  /** Makes hold what is in the file now, when that is not what holds already. Never rejects. */
  async refresh(): Promise<void> {
    const { onNotice, onChanged } = this.#options;
    try {
      const changed = await this.#inTurn(() => this.#read());
      if (changed === null) return;
      await this.#tellServers(changed);
      onChanged();
    } catch (error) {
      onNotice(messageOf(error));
    }
  }

  /** The list that holds from now on; null when it is the one that did, or when the file cannot be used. */
  async #read(): Promise<PerimeterFile | null> {
    const { audit, onNotice, onChanged } = this.#options;
    const { list, fault } = await this.now();
    const [before, text] = [this.#held, textOf(list)];
    if (text === before) return null;
    if (fault !== null) onNotice(fault);
    if (before === "" && text === textOf(emptyPerimeter)) {
      this.#held = text;
      return fault === null ? list : null;
    }
    const row = audit.event({
      ...{
        action: "perimeter.change",
        actor: { kind: "system", name: "host" },
        runId: null,
        subject: "perimeter.json",
      },
      facts: { change: "read", ...countsOf(list), sha256: createHash("sha256").update(textOf(list)).digest("hex") },
      content: {},
    });
    // Without its row nothing is opened; closing never waits for one.
    await (needsGateway(list) ? row : row.catch((error: unknown) => onNotice(messageOf(error))));
    await this.#hold(list).catch((error: unknown) => onNotice(messageOf(error)));
    onChanged();
    const refused = this.gateway.state === "running" ? this.gateway.fault : null;
    if (refused !== null) onNotice(`The perimeter: ${refused}`);
    // What was approved of servers is not forgotten over a slip in the file.
    return fault === null ? list : null;
  }

  /** What is open now, as the file says. Never rejects. */
  async now(): Promise<OpenNow> {
    try {
      return { list: await this.file.read(), fault: null };
    } catch (error) {
      return { list: emptyPerimeter, fault: messageOf(error) };
    }
  }

  /** For what says how sealed this machine is. */
  async facts(): Promise<PerimeterFacts> {
    return { ...(await this.now()), gateway: this.gateway.state, gatewayFault: this.gateway.fault };
  }

  /**
   * Makes another list, between two rows of the log. What the gateway refuses, by the row's subject or `refusedAs`, is
   * taken back; what only closes something (`closes`) holds whatever the gateway says. The servers are told afterwards.
   * @throws IndoorsError `audit.unwritable`, `perimeter.refused`, `perimeter.unreachable`, what `edit` throws
   */
  async change(
    entry: PerimeterEntry,
    edit: (now: PerimeterFile) => PerimeterFile,
    { refusedAs = entry.subject, closes = false }: ChangeOptions = {},
  ): Promise<PerimeterFile> {
    const changed = await this.#inTurn(() =>
      audited(this.#options.audit, { content: {}, ...entry, runId: null }, async () => {
        let before = emptyPerimeter;
        const list = await this.file.change((now) => edit((before = withoutExpired(now))));
        try {
          const refused = (await this.#hold(list))?.refused.find(({ name }) => name === refusedAs);
          if (refused !== undefined) throw refusedBy(refusedAs, refused.reason);
        } catch (error) {
          if (closes) {
            this.#options.onLog(`the gateway: ${messageOf(error)}`);
            return list;
          }
          await this.file.change(() => before);
          await this.#hold(before).catch(() => {});
          throw error;
        }
        return list;
      }),
    );
    await this.#tellServers(changed);
    this.#options.onChanged();
    return changed;
  }

  /** Resolves when this connector is connected; at once when it is. Gives up quietly after `forMs`, or with the signal. */
  async untilConnected(name: string, forMs: number, signal: AbortSignal): Promise<void> {
    if (this.connected.has(name) || forMs <= 0 || signal.aborted) return;
    const all = this.#waiting.get(name) ?? new Set();
    this.#waiting.set(name, all);
    await new Promise<void>((resolve) => {
      const timer = setTimeout(wake, forMs);
      function wake() {
        clearTimeout(timer);
        all.delete(wake);
        signal.removeEventListener("abort", wake);
        resolve();
      }
      all.add(wake);
      signal.addEventListener("abort", wake, { once: true });
    });
  }

  async dispose(): Promise<void> {
    unwatchFile(this.file.path);
    await this.#last;
    await this.gateway.dispose();
    this.#crossings.flush();
  }

  /** The servers are those that are listed. Not in turn: ending one may wait for an opening that waits for its turn. */
  async #tellServers(list: PerimeterFile): Promise<void> {
    const listed = remoteServers(list);
    for (const server of listed) this.servers.addRemote(server);
    for (const { name, kind } of this.servers.list()) {
      const isListed = listed.some((one) => one.name === name && one.kind === kind);
      if (kind !== "bundle" && !isListed) await this.servers.removeRemote(name);
    }
  }

  async #hold(list: PerimeterFile) {
    this.#held = textOf(list);
    return await this.gateway.hold(list);
  }

  /** The code was proved: it is used up, and the certificate may dial in from now on. */
  async #enrolled(name: string, certificate: string): Promise<void> {
    const entry: PerimeterEntry = {
      ...{ action: "connector.enrol", actor: { kind: "system", name: "gateway" }, subject: name },
      facts: { step: "enrolled", certificate },
    };
    const enrolledAt = new Date().toISOString();
    const enrol = (now: PerimeterFile): PerimeterFile => {
      if (!now.enrolments.some((pending) => pending.name === name)) {
        throw refusedBy(name, "Its code was used, taken back, or is out of date. Make another one.");
      }
      const known = now.connectors.find((one) => one.certificate === certificate);
      if (known !== undefined) {
        throw refusedBy(name, `That machine's key is ${known.name}'s already. Give it a state folder of its own.`);
      }
      return {
        ...now,
        enrolments: now.enrolments.filter((pending) => pending.name !== name),
        connectors: [...now.connectors, { name, certificate, enrolledAt, revokedAt: null }],
      };
    };
    try {
      await this.change(entry, enrol);
    } catch (error) {
      // The other machine hears no more than that it was refused.
      this.#options.onNotice(messageOf(error));
      throw error;
    }
  }

  #inTurn<T>(work: () => Promise<T>): Promise<T> {
    const next = this.#last.then(work);
    this.#last = next.catch(() => {});
    return next;
  }
}

/** Codes that nobody can use any more. The same list when there is none. */
function withoutExpired(list: PerimeterFile): PerimeterFile {
  const enrolments = list.enrolments.filter(({ expiresAt }) => Date.parse(expiresAt) > Date.now());
  return enrolments.length === list.enrolments.length ? list : { ...list, enrolments };
}

/** The error of what the gateway, or the list itself, does not allow. */
export function refusedBy(name: string, reason: string): IndoorsError {
  return new IndoorsError("perimeter.refused", `Not allowed at the perimeter: ${name}. ${reason}`, { reason });
}

function countsOf(list: PerimeterFile): AuditEntry["facts"] {
  return {
    servers: list.servers.length,
    listener: list.listener === null ? null : `${list.listener.address}:${list.listener.port}`,
    connectors: list.connectors.filter(({ revokedAt }) => revokedAt === null).length,
    open: needsGateway(list),
  };
}

/** Names come in the order of the schema, whatever the file's. */
function textOf({ servers, listener, connectors, enrolments }: PerimeterFile): string {
  return JSON.stringify({ servers, listener, connectors, enrolments });
}

function remoteServers({ servers, connectors }: PerimeterFile): readonly RemoteServer[] {
  return [
    ...servers.map(({ name, url, address }) => ({
      ...{ name, kind: "perimeter" as const, title: URL.parse(url)?.host ?? url, place: `${url} at ${address}` },
    })),
    ...connectors
      .filter(({ revokedAt }) => revokedAt === null)
      .map(({ name }) => ({ name, kind: "connector" as const, title: name, place: "A machine that dials in" })),
  ];
}
