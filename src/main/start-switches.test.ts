import { describe, expect, it } from "vitest";
import { refuseToStart, startSwitches } from "./start-switches.ts";

const linux = { packaged: true, platform: "linux" };

describe("words the packaged program refuses to start with", () => {
  it.each([
    ...["--no-sandbox", "--disable-seccomp-filter-sandbox", "--disable-gpu-sandbox", "--single-process"],
    ...[
      "--remote-debugging-port=9222",
      "--remote-debugging-pipe",
      "--inspect",
      "--inspect=0",
      "--inspect-brk=127.0.0.1:1",
    ],
    ...["--js-flags=--expose-gc", "--load-extension=/tmp/x", "--disable-web-security", "--host-rules=MAP * 10.0.0.1"],
    ...["--proxy-server=10.0.0.1:80", "--host-resolver-rules=", "--user-data-dir=/tmp/x", "--log-net-log=/tmp/x"],
    ...["--use-fake-ui-for-media-stream", "--renderer-cmd-prefix=gdb", "-no-sandbox", "--NO-SANDBOX", "--a-new-one"],
  ])("%s", (word) => {
    expect(refuseToStart(["/home/anna/talk.wav", word], linux)).toContain("does not");
  });

  it.each(["/no-sandbox", "/remote-debugging-port=1"])("%s, on Windows", (word) => {
    expect(refuseToStart([word], { packaged: true, platform: "win32" })).toContain("does not");
    // Elsewhere it is the path of a file.
    expect(refuseToStart([word], linux)).toBeNull();
  });
});

it("the packaged program starts with its own words, and files", () => {
  const words = ["--kiosk", "--ozone-platform=wayland", "--lang=de", "/home/anna/talk.wav", "C:\\talk.wav", ""];
  expect(refuseToStart(words, linux)).toBeNull();
});

it("in development it can be debugged, and keeps its sandbox", () => {
  const development = { packaged: false, platform: "linux" };
  expect(refuseToStart(["--inspect=0", "--remote-debugging-port=0"], development)).toBeNull();
  expect(refuseToStart(["--inspect=0", "--no-sandbox"], development)).toContain("--no-sandbox");
});

it("Chromium is told to look up and to report nothing", () => {
  expect(startSwitches.map(([name, value]) => (value === undefined ? name : `${name}=${value}`)))
    .toMatchInlineSnapshot(`
    [
      "host-resolver-rules=MAP * ~NOTFOUND",
      "proxy-server=socks5://127.0.0.1:9",
      "proxy-bypass-list=<-loopback>",
      "disable-background-networking",
      "disable-component-update",
      "disable-domain-reliability",
      "disable-sync",
      "dns-prefetch-disable",
      "no-pings",
      "force-webrtc-ip-handling-policy=disable_non_proxied_udp",
      "disable-features=AsyncDns,AutofillServerCommunication,CertificateTransparencyComponentUpdater,DialMediaRouteProvider,DnsOverHttps,MediaRouter,NetworkTimeServiceQuerying,OptimizationHints,Prerender2,Reporting,SegmentationPlatform,Translate",
    ]
  `);
  // The session, the component updater, the spellchecker: what has no switch is in harden-session.ts.
});
