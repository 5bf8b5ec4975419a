import { describe, expect, it } from "vitest";
import { kioskFiles, readKioskConfig } from "./read-kiosk-config.ts";

const pin = `scrypt$65536$8$1$${"A".repeat(22)}==$${"B".repeat(43)}=`;
const right = {
  version: 1,
  views: ["recordings", "chat"],
  idleSeconds: 60,
  countdownSeconds: 10,
  pin,
  exportFolder: "/media/stick",
  title: "Welcome",
};
const read = (value: unknown) => readKioskConfig(JSON.stringify(value), "/etc/indoors/kiosk.json");

describe("kiosk.json", () => {
  it("is read", () => {
    expect(read(right)).toEqual(right);
    expect(readKioskConfig(`\uFEFF${JSON.stringify(right)}`, "x")).toEqual(right);
    expect(read({ ...right, exportFolder: null }).exportFolder).toBeNull();
    expect(read({ ...right, exportFolder: "E:\\out" }).exportFolder).toBe("E:\\out");
  });

  it.each([
    ["version", { ...right, version: 2 }],
    ["views", { ...right, views: [] }],
    ["views.1", { ...right, views: ["chat", "terminal"] }],
    ["views", { ...right, views: ["chat", "chat"] }],
    ["idleSeconds", { ...right, idleSeconds: 0 }],
    ["countdownSeconds", { ...right, countdownSeconds: 1e9 }],
    ["pin", { ...right, pin: "1234" }],
    ["pin", { ...right, pin: `scrypt$2$1$1$${"A".repeat(22)}$${"B".repeat(43)}` }],
    ["pin", { ...right, pin: undefined }],
    ["exportFolder", { ...right, exportFolder: "stick" }],
    ["exportFolder", { ...right, exportFolder: undefined }],
    ["debug", { ...right, debug: true }],
  ])("is refused for its %s", (field, value) => {
    expect(() => read(value)).toThrow(
      expect.objectContaining({ code: "input.invalid", message: expect.stringContaining(field) }),
    );
    expect(() => read(value)).toThrow(/^The kiosk cannot start: \/etc\/indoors\/kiosk\.json\. .* indoors kiosk check$/);
  });

  it("is refused when it is no JSON", () => {
    expect(() => readKioskConfig("{", "f")).toThrow(/not JSON/);
    expect(() => readKioskConfig("", "f")).toThrow(/not JSON/);
  });
});

describe("where it is looked for", () => {
  it.each([
    ["linux", "/data", ["/etc/indoors/kiosk.json", "/data/kiosk.json"]],
    ["darwin", "/data", ["/Library/Application Support/Indoors/kiosk.json", "/data/kiosk.json"]],
    ["win32", "C:\\data", ["D:\\Shared\\Indoors\\kiosk.json", "C:\\data\\kiosk.json"]],
  ])("on %s", (platform, folder, files) => {
    expect(kioskFiles(folder, { ProgramData: "D:\\Shared" }, platform)).toEqual(files);
  });
});
