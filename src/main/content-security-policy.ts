/** What a page may load and do, as one header. Sent with every answer of the app protocol. */
export function contentSecurityPolicy(): string {
  return Object.entries({
    "default-src": "'none'",
    "script-src": "'self'",
    "style-src": "'self'",
    "img-src": "'self' blob: data:",
    "media-src": "'self' blob:",
    "font-src": "'self'",
    "connect-src": "'self'",
    "worker-src": "'self'",
    "object-src": "'none'",
    "frame-src": "'none'",
    "base-uri": "'none'",
    "form-action": "'none'",
    "frame-ancestors": "'none'",
    // Text never becomes code: no string reaches innerHTML, a script address or eval, and no policy may allow it.
    "require-trusted-types-for": "'script'",
    "trusted-types": "'none'",
  })
    .map(([directive, sources]) => `${directive} ${sources}`)
    .join("; ");
}

/** What a page may ask the browser for at all, before the permission table is asked. */
export const permissionsPolicy = [
  ...["accelerometer", "bluetooth", "camera", "display-capture", "geolocation", "gyroscope", "hid", "idle-detection"],
  ...["magnetometer", "midi", "payment", "serial", "usb", "xr-spatial-tracking"],
]
  .map((name) => `${name}=()`)
  .concat("microphone=(self)")
  .join(", ");
