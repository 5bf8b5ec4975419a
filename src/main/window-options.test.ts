import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { backgroundColors, windowOptions } from "./window-options.ts";

const parts = { preload: "/p.cjs", partition: "indoors", dark: false, bounds: { width: 1200, height: 800 } };

it("the page is sealed, in exactly these ways", () => {
  expect(windowOptions({ ...parts, devTools: false })).toMatchInlineSnapshot(`
    {
      "autoHideMenuBar": true,
      "backgroundColor": "#fbfbfa",
      "height": 800,
      "minHeight": 640,
      "minWidth": 960,
      "show": false,
      "title": "Indoors",
      "webPreferences": {
        "allowRunningInsecureContent": false,
        "autoplayPolicy": "document-user-activation-required",
        "backgroundThrottling": false,
        "contextIsolation": true,
        "devTools": false,
        "enableWebSQL": false,
        "experimentalFeatures": false,
        "navigateOnDragDrop": false,
        "nodeIntegration": false,
        "nodeIntegrationInSubFrames": false,
        "nodeIntegrationInWorker": false,
        "partition": "indoors",
        "preload": "/p.cjs",
        "safeDialogs": true,
        "sandbox": true,
        "spellcheck": false,
        "webSecurity": true,
        "webviewTag": false,
      },
      "width": 1200,
    }
  `);
});

it("developer tools are there only when they are asked for", () => {
  expect(windowOptions({ ...parts, devTools: true }).webPreferences?.devTools).toBe(true);
});

it("its pages leave nothing on the disk: a partition without persist: is in memory", () => {
  expect(windowOptions({ ...parts, devTools: false }).webPreferences?.partition).not.toMatch(/^persist:/);
});

it("the window has the colour of the page before there is a page", () => {
  const tokens = readFileSync(new URL("../../renderer/ui/tokens.css", import.meta.url), "utf8");
  const pages = [...tokens.matchAll(/--page: (#\w+);/g)].map(([, color]) => color);
  expect([...new Set(pages)]).toEqual([backgroundColors.light, backgroundColors.dark]);
});
