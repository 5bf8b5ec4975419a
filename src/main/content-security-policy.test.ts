import { expect, it } from "vitest";
import { contentSecurityPolicy, permissionsPolicy } from "./content-security-policy.ts";

it("the header is exactly this", () => {
  expect(contentSecurityPolicy().split("; ")).toMatchInlineSnapshot(`
    [
      "default-src 'none'",
      "script-src 'self'",
      "style-src 'self'",
      "img-src 'self' blob: data:",
      "media-src 'self' blob:",
      "font-src 'self'",
      "connect-src 'self'",
      "worker-src 'self'",
      "object-src 'none'",
      "frame-src 'none'",
      "base-uri 'none'",
      "form-action 'none'",
      "frame-ancestors 'none'",
      "require-trusted-types-for 'script'",
      "trusted-types 'none'",
    ]
  `);
  expect(permissionsPolicy.split(", ")).toMatchInlineSnapshot(`
    [
      "accelerometer=()",
      "bluetooth=()",
      "camera=()",
      "display-capture=()",
      "geolocation=()",
      "gyroscope=()",
      "hid=()",
      "idle-detection=()",
      "magnetometer=()",
      "midi=()",
      "payment=()",
      "serial=()",
      "usb=()",
      "xr-spatial-tracking=()",
      "microphone=(self)",
    ]
  `);
});

it("nothing in it lets text become code or names another place", () => {
  expect(contentSecurityPolicy()).not.toMatch(/unsafe|https?:|ws:|\*|filesystem|strict-dynamic/);
});
