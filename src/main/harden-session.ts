import type { Session } from "electron";
import { appOrigin } from "./app-origin.ts";
import { decidePermission } from "./permissions.ts";
import { decideRequest, describeRefused } from "./request-filter.ts";
import { deadProxy } from "./start-switches.ts";
import { isTrustedSender } from "./trusted-sender.ts";

export interface HardenParts {
  /** The ids of the web contents of our windows. */
  readonly windows: ReadonlySet<number>;
  readonly devTools: boolean;
  readonly onLog: (line: string) => void;
}

/** Requests that Chromium was refused since the start, whoever made them. */
export interface RefusedRequests {
  readonly count: number;
}

const loggedRefusals = 200;

/** Gives a session, at its making, its rules: no permission, no request, no download but what the tables say. */
export function hardenSession(session: Session, { windows, devTools, onLog }: HardenParts): RefusedRequests {
  const refused = { count: 0 };
  session.setPermissionRequestHandler((contents, permission, answer, details) => {
    const frame = { url: details.requestingUrl, parent: details.isMainFrame ? null : "a frame" };
    const ours = isTrustedSender({ contentsId: contents.id, frame }, windows);
    const media = "mediaTypes" in details ? details.mediaTypes : undefined;
    const given = decidePermission({ permission, ours, ...(media && { media }) });
    if (!given) onLog(`refused: the permission ${permission}`);
    answer(given);
  });
  session.setPermissionCheckHandler((contents, permission, origin, details) => {
    const frame = { url: details.requestingUrl ?? origin, parent: details.isMainFrame ? null : "a frame" };
    const ours = contents !== null && isTrustedSender({ contentsId: contents.id, frame }, windows, appOrigin);
    return decidePermission({ permission, ours, ...(details.mediaType && { media: [details.mediaType] }) });
  });
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer({}));
  session.setBluetoothPairingHandler((_details, answer) => answer({ confirmed: false }));
  for (const choice of ["select-hid-device", "select-usb-device", "select-serial-port"] as const) {
    session.on(choice as "select-usb-device", (event, _details, choose) => {
      event.preventDefault();
      choose();
    });
  }
  session.on("file-system-access-restricted", (_event, _details, answer) => answer("deny"));
  session.on("will-download", (event) => {
    event.preventDefault();
    onLog("refused: a download");
  });
  session.webRequest.onBeforeRequest((details, answer) => {
    const allowed = decideRequest(details.url, { devtools: devTools });
    if (!allowed) {
      refused.count++;
      if (refused.count <= loggedRefusals) onLog(describeRefused(details.url, details.resourceType));
    }
    answer({ cancel: !allowed });
  });
  // The one thing known to call home from an Electron program: dictionaries.
  session.setSpellCheckerEnabled(false);
  session.setSpellCheckerLanguages([]);
  void session.setProxy(deadProxy).catch((error: unknown) => onLog(`no dead proxy: ${String(error)}`));
  return refused;
}
