import type { ElectronApplication, Page } from "playwright-core";
import type { Witness } from "./witness.ts";

/** Where an attempt is made: in our window, or in the bare one. */
export interface Ground {
  readonly app: ElectronApplication;
  readonly page: Page;
  readonly witness: Witness;
  /** A file that the user of the program may read. */
  readonly file: string;
}

/** One way out of the page. */
export interface Attempt {
  readonly name: string;
  /** Makes the attempt. True: it got out. */
  readonly attempt: (ground: Ground) => Promise<boolean>;
}

/** Waits until the witness has seen such a line, or a while. */
async function reaches({ witness }: Ground, line: string, ms = 2500): Promise<boolean> {
  const until = Date.now() + ms;
  while (Date.now() < until) {
    if (witness.seen().some((seen) => seen.startsWith(line))) return true;
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
  return false;
}

const outside = ({ witness }: Ground, path: string) => `http://127.0.0.1:${witness.port}${path}`;

/**
 * Runs a function in the page with one value; a page that left under way answers nothing. The functions are texts: what
 * they name is there in the page, and here nobody may name the network.
 */
async function inPage(ground: Ground, code: string, value: string): Promise<unknown> {
  return await ground.page.evaluate(`(${code})(${JSON.stringify(value)})`).catch(() => "the page was gone");
}

/** The fifteen ways out that a page has, made from inside it. */
export const attempts: readonly Attempt[] = [
  {
    name: "1 fetch",
    async attempt(ground) {
      await inPage(ground, `(url) => fetch(url, { mode: "no-cors" }).catch(() => {})`, outside(ground, "/fetched"));
      return await reaches(ground, "GET /fetched", 1000);
    },
  },
  {
    name: "2 WebSocket",
    async attempt(ground) {
      const open = `(url) => new Promise((resolve) => {
        try {
          const socket = new WebSocket(url);
          socket.onopen = () => resolve();
          socket.onerror = () => resolve();
        } catch { resolve(); }
      })`;
      await inPage(ground, open, outside(ground, "/socket").replace("http", "ws"));
      return await reaches(ground, "upgrade /socket", 1000);
    },
  },
  {
    name: "3 WebRTC",
    async attempt(ground) {
      const call = `async (url) => {
        const peer = new RTCPeerConnection({ iceServers: [{ urls: url }] });
        peer.createDataChannel("out");
        await peer.setLocalDescription(await peer.createOffer());
        await new Promise((resolve) => setTimeout(resolve, 1500));
        peer.close();
      }`;
      await inPage(ground, call, `stun:127.0.0.1:${ground.witness.udpPort}`);
      return await reaches(ground, "udp", 1000);
    },
  },
  {
    name: "4 image beacon",
    async attempt(ground) {
      const send = `(url) => { new Image().src = url; navigator.sendBeacon(url + "2", "data"); }`;
      await inPage(ground, send, outside(ground, "/beacon"));
      return await reaches(ground, "GET /beacon", 1500);
    },
  },
  {
    name: "5 form post",
    async attempt(ground) {
      const post = `(url) => {
        const frame = document.createElement("iframe");
        frame.name = "sink";
        const form = document.createElement("form");
        Object.assign(form, { action: url, method: "post", target: "sink" });
        document.body.append(frame, form);
        form.submit();
      }`;
      await inPage(ground, post, outside(ground, "/form"));
      return await reaches(ground, "POST /form", 1500);
    },
  },
  {
    name: "6 navigation",
    async attempt(ground) {
      const before = ground.page.url();
      await inPage(ground, `(url) => { location.href = url; }`, outside(ground, "/page-navigated"));
      const left = await reaches(ground, "GET /page-navigated", 1500);
      if (left) await ground.page.goto(before).catch(() => {});
      return left;
    },
  },
  {
    name: "7 window.open",
    async attempt(ground) {
      const windows = ground.app.windows().length;
      await inPage(ground, `(url) => { window.open(url); }`, outside(ground, "/page-opened"));
      const opened = await reaches(ground, "GET /page-opened", 1500);
      const more = ground.app.windows().length > windows;
      for (const extra of ground.app.windows().slice(windows)) await extra.close().catch(() => {});
      return opened || more;
    },
  },
  {
    name: "8 file://",
    async attempt(ground) {
      const read = `async (url) => {
        const frame = document.createElement("iframe");
        frame.src = url;
        const loaded = new Promise((resolve) => frame.addEventListener("load", resolve));
        document.body.append(frame);
        await Promise.race([loaded, new Promise((resolve) => setTimeout(resolve, 1200))]);
        let framed = "";
        try { framed = frame.contentDocument.body.innerText; } catch {}
        frame.remove();
        return framed + await fetch(url).then((answer) => answer.text(), () => "");
      }`;
      return String(await inPage(ground, read, `file://${ground.file}`)).includes("a file of this machine");
    },
  },
  {
    name: "9 prefetch",
    async attempt(ground) {
      const prefetch = `(url) => {
        for (const rel of ["prefetch", "preload"]) {
          const link = document.createElement("link");
          Object.assign(link, { rel, href: url, as: "fetch", crossOrigin: "anonymous" });
          document.head.append(link);
        }
      }`;
      await inPage(ground, prefetch, outside(ground, "/prefetched"));
      return await reaches(ground, "GET /prefetched", 2000);
    },
  },
  {
    name: "10 service worker",
    async attempt(ground) {
      const register = `(worker) => navigator.serviceWorker.register(worker).then(
        async (registration) => { await registration.unregister(); return "registered"; },
        () => "refused",
      )`;
      // A file that is there: only the registration is in question.
      const worker = String(await inPage(ground, `() => document.scripts[0]?.src || "worker.js"`, ""));
      return (await inPage(ground, register, worker)) === "registered";
    },
  },
  {
    name: "11 what the preload script gives",
    async attempt(ground) {
      // A page that can name a channel of its own choice can say anything to the program's privileged half.
      const surface = `() => {
        const reach = (value, path) => typeof value === "object" && value !== null
          ? Object.keys(value).flatMap((key) => reach(value[key], path + "." + key))
          : [path];
        const own = ["indoors", "bare"].filter((name) => name in globalThis);
        const foreign = ["require", "process", "module", "Buffer", "ipcRenderer", "electron"];
        return [...own.flatMap((name) => reach(globalThis[name], name)), ...foreign.filter((name) => name in globalThis)];
      }`;
      const found = (await inPage(ground, surface, "")) as string[];
      const ours = ["host.onClose", "host.onMessage", "host.send", "pathOf"]
        .concat("shell.onClose", "shell.onMessage", "shell.send")
        .map((name) => `indoors.${name}`);
      return JSON.stringify(found.toSorted()) !== JSON.stringify(ours);
    },
  },
  {
    name: "12 IPC to a method that is none of the contract's",
    async attempt(ground) {
      const ask = `async (method) => {
        if (globalThis.bare !== undefined) return await bare.invoke(method);
        const one = (end, name, id) => new Promise((resolve) => {
          indoors[end].onMessage((value) => {
            if (value?.id === id) resolve(value.ok === true ? "answered" : "refused");
          });
          indoors[end].send({ id, method: name, params: {} });
          setTimeout(() => resolve("no answer"), 1500);
        });
        const names = [method, "__proto__", "constructor", "toString", "media.path", "stop", "decode"];
        const asked = names.flatMap((name, n) => [one("host", name, 9e6 + n), one("shell", name, 8e6 + n)]);
        return (await Promise.all(asked)).find((said) => said === "answered") ?? "refused";
      }`;
      return (await inPage(ground, ask, "any.method")) === "answered";
    },
  },
  {
    name: "13 foreign frame",
    async attempt(ground) {
      // A frame that somebody got into the page loads from outside, and speaks with the program.
      const frame = `async (url) => {
        const frame = document.createElement("iframe");
        frame.src = url;
        document.body.append(frame);
        await new Promise((resolve) => setTimeout(resolve, 1500));
        let found = "";
        try { found = ["indoors", "bare"].find((name) => frame.contentWindow[name] !== undefined) ?? ""; } catch {}
        frame.remove();
        return found;
      }`;
      const spoke = await inPage(ground, frame, outside(ground, "/page-framed"));
      return spoke !== "" || (await reaches(ground, "GET /page-framed", 300));
    },
  },
  {
    name: "14 developer tools",
    async attempt(ground) {
      for (const keys of ["F12", "Control+Shift+I", "Control+Shift+J", "Control+Shift+C"]) {
        await ground.page.keyboard.press(keys).catch(() => {});
      }
      return await ground.app.evaluate(async ({ BrowserWindow }) => {
        const contents = BrowserWindow.getAllWindows()[0]?.webContents;
        const opened = new Promise<boolean>((resolve) => {
          contents?.once("devtools-opened", () => resolve(true));
          setTimeout(() => resolve(false), 5000);
        });
        contents?.openDevTools({ mode: "detach" });
        if (!(await opened)) return false;
        // They may have been shut again at once.
        await new Promise((resolve) => setTimeout(resolve, 300));
        const open = contents?.isDevToolsOpened() ?? false;
        contents?.closeDevTools();
        return open;
      });
    },
  },
  {
    name: "15 a link dragged onto the page",
    async attempt(ground) {
      const before = ground.page.url();
      const session = await ground.page.context().newCDPSession(ground.page);
      const items = [{ mimeType: "text/uri-list", data: outside(ground, "/page-dragged") }];
      for (const type of ["dragEnter", "dragOver", "drop"] as const) {
        const data = { items, dragOperationsMask: 1 };
        await session.send("Input.dispatchDragEvent", { type, x: 300, y: 300, data }).catch(() => {});
      }
      const left = await reaches(ground, "GET /page-dragged", 1500);
      if (left) await ground.page.goto(before).catch(() => {});
      return left;
    },
  },
];
