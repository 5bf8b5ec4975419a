/** A switch of Chromium, with its value. */
export type Switch = readonly [name: string, value?: string];

/**
 * What Chromium is told before it starts: look up no name, warm up nothing, report nothing. The request filter refuses
 * all that pages do; these are for what Chromium does by itself.
 */
export const startSwitches: readonly Switch[] = [
  ["host-resolver-rules", "MAP * ~NOTFOUND"],
  // A loopback port that nothing listens on, for loopback addresses, too.
  ["proxy-server", "socks5://127.0.0.1:9"],
  ["proxy-bypass-list", "<-loopback>"],
  ["disable-background-networking"],
  ["disable-component-update"],
  ["disable-domain-reliability"],
  ["disable-sync"],
  ["dns-prefetch-disable"],
  ["no-pings"],
  ["force-webrtc-ip-handling-policy", "disable_non_proxied_udp"],
  [
    "disable-features",
    [
      ...[
        "AsyncDns",
        "AutofillServerCommunication",
        "CertificateTransparencyComponentUpdater",
        "DialMediaRouteProvider",
      ],
      ...["DnsOverHttps", "MediaRouter", "NetworkTimeServiceQuerying", "OptimizationHints", "Prerender2", "Reporting"],
      ...["SegmentationPlatform", "Translate"],
    ].join(","),
  ],
];

/** Where Electron sends what a session asks for: nowhere. */
export const deadProxy = {
  mode: "fixed_servers",
  proxyRules: "socks5://127.0.0.1:9",
  proxyBypassRules: "<-loopback>",
} as const;

/** What takes the sandbox away. It is refused always. */
const unsealing = new Set([
  ...["no-sandbox", "disable-setuid-sandbox", "disable-namespace-sandbox", "disable-seccomp-filter-sandbox"],
  ...["disable-gpu-sandbox", "disable-web-security", "single-process", "no-zygote", "no-zygote-sandbox"],
  ...["allow-sandbox-debugging", "renderer-cmd-prefix", "utility-cmd-prefix", "gpu-launcher"],
]);

/** What the packaged program can be started with: its own words, and what a desktop may have to say about the screen. */
const known = new Set([
  ...["kiosk", "smoke"],
  ...["class", "disable-gpu", "enable-wayland-ime", "force-device-scale-factor", "gtk-version", "lang", "name"],
  ...["ozone-platform", "ozone-platform-hint", "password-store", "wayland-text-input-version"],
]);

/**
 * Why the program does not start with these words, or null. When packaged only switches that are known here pass: a list
 * of bad ones would miss those of the next Chromium, such as another way to debug it.
 */
export function refuseToStart(
  words: readonly string[],
  { packaged, platform }: { readonly packaged: boolean; readonly platform: string },
): string | null {
  // On Windows Chromium reads a slash like two dashes.
  const form = platform === "win32" ? /^(?:--?|\/)([^=]+)/ : /^--?([^=]+)/;
  for (const word of words) {
    const name = form.exec(word)?.[1]?.toLowerCase();
    if (name === undefined) continue;
    if (unsealing.has(name)) return `Indoors does not start with --${name}: it would take the seal off its window.`;
    if (packaged && !known.has(name)) return `Indoors does not know --${name} and does not start with it.`;
  }
  return null;
}
