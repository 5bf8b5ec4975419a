import { expect, it } from "vitest";
import { kioskWindowOptions } from "./kiosk-window-options.ts";

it("takes the whole screen and leaves nothing to take hold of", () => {
  const options = kioskWindowOptions();
  expect(options).toMatchObject({ kiosk: true, fullscreen: true, frame: false, autoHideMenuBar: true });
  for (const way of ["resizable", "movable", "minimizable", "maximizable", "closable"] as const) {
    expect(options[way]).toBe(false);
  }
  expect(options.webPreferences).toMatchObject({ devTools: false });
});
