import { z } from "zod";
import type { Contract } from "./contract.ts";
import { kioskView } from "./kiosk.ts";
import { preferences } from "./preferences.ts";

const empty = z.strictObject({});

export const hostState = z.discriminatedUnion("state", [
  z.strictObject({ state: z.literal("starting") }),
  z.strictObject({ state: z.literal("running") }),
  /** It died and is started again, in so many milliseconds. */
  z.strictObject({ state: z.literal("restarting"), attempt: z.int(), inMs: z.number(), reason: z.string() }),
  /** It cannot be started; `shell.restartHost` tries again. */
  z.strictObject({ state: z.literal("failed"), code: z.string(), message: z.string() }),
]);
export type HostState = z.infer<typeof hostState>;

/** What the window knows of the program around it. */
export const shellState = z.strictObject({
  appVersion: z.string(),
  electron: z.string(),
  chromium: z.string(),
  platform: z.string(),
  /** The language of the system, BCP 47. */
  locale: z.string(),
  /** The user of the operating system: who answers approvals. */
  user: z.string(),
  packaged: z.boolean(),
  kiosk: kioskView.nullable(),
  host: hostState,
  /** When the page was loaded anew because its process died: what to tell of it, in Chromium's word, such as `crashed`. */
  reloadedBecause: z.string().optional(),
});
export type ShellState = z.infer<typeof shellState>;

/** What a file dialog is for: it sets title and filter. */
export const filePurpose = z.enum(["recordings", "folder", "model", "bundle", "any", "anchor", "key"]);

/** What the shell offers the window. Dialogs answer with nothing when they were closed. */
export const shellContract = {
  methods: {
    "shell.state": { params: empty, result: shellState },
    /** Theme and scale of the window. Kept by the host (`settings.set`); the shell only applies them. */
    "shell.apply": { params: preferences.pick({ theme: true, scale: true }), result: empty },
    "shell.restartHost": { params: empty, result: empty },
    "files.pick": {
      params: z.strictObject({ purpose: filePurpose, multiple: z.boolean() }),
      result: z.strictObject({ paths: z.array(z.string()) }),
    },
    /** The recordings among files and in folders, however deep, for a drop of either. */
    "files.recordings": {
      params: z.strictObject({ paths: z.array(z.string()).max(10_000) }),
      result: z.strictObject({ paths: z.array(z.string()), passedOver: z.int() }),
    },
    /** Asks where to, and writes. In a kiosk it goes to the export folder, after `confirmed`. */
    "files.save": {
      params: z.strictObject({ suggestedName: z.string().max(200), text: z.string(), confirmed: z.boolean() }),
      result: z.strictObject({ path: z.string().nullable() }),
    },
    /** Asks where to; whoever asked writes. */
    "files.chooseSave": {
      params: z.strictObject({ suggestedName: z.string().max(200), confirmed: z.boolean() }),
      result: z.strictObject({ path: z.string().nullable() }),
    },
    /** The window as it would be printed, as a PDF. */
    "files.savePdf": {
      params: z.strictObject({ suggestedName: z.string().max(200), confirmed: z.boolean() }),
      result: z.strictObject({ path: z.string().nullable() }),
    },
    /** Shows a file in the system's file manager. Not in a kiosk. */
    "files.reveal": { params: z.strictObject({ path: z.string() }), result: empty },
    /** The capture that samples follow for; the host made it (`captures.start`). */
    "capture.open": { params: z.strictObject({ id: z.string() }), result: empty },
    /** 16 kHz mono s16le, at most ten seconds. They are in the file when this answers. */
    "capture.append": {
      params: z.strictObject({ id: z.string(), samples: z.instanceof(Uint8Array) }),
      result: z.strictObject({ bytes: z.int() }),
    },
    "capture.close": { params: z.strictObject({ id: z.string() }), result: empty },
    /** Somebody is there: the idle clock of the kiosk begins anew. */
    "kiosk.touch": { params: empty, result: empty },
    /** Leaves the kiosk when the PIN is right. `waitMs`: so long no further try counts. */
    "kiosk.leave": {
      params: z.strictObject({ pin: z.string().max(64) }),
      result: z.strictObject({ left: z.boolean(), waitMs: z.number() }),
    },
  },
  events: {
    "host.state": hostState,
    /** The countdown of a kiosk, and its end: `secondsLeft` 0 means clear everything and show the start screen. */
    "kiosk.idle": z.strictObject({ secondsLeft: z.int().nullable() }),
    /** Files given to the program from outside: a second start, a file manager. After the page's first `shell.apply`. */
    "files.opened": z.strictObject({ paths: z.array(z.string()) }),
  },
} as const satisfies Contract;
