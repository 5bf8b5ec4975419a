import type { Implementation } from "../../src/shared/contract.ts";
import type { hostContract } from "../../src/shared/host-contract.ts";
import type { shellContract } from "../../src/shared/shell-contract.ts";
import { inMemoryBridge } from "./in-memory-bridge.ts";

/** A file of made-up answers. `scene` is the one that the address asks for: ?scene=empty, full, error … */
export interface Fixture {
  readonly host?: (scene: string) => Partial<Implementation<typeof hostContract>>;
  readonly shell?: (scene: string) => Partial<Implementation<typeof shellContract>>;
}

const scene = new URLSearchParams(window.location.search).get("scene") ?? "full";
const fixtures = Object.values(import.meta.glob<Fixture>("./fixtures/*.ts", { eager: true }));
const { bridge, ...servers } = inMemoryBridge(
  Object.assign({}, ...fixtures.map(({ host }) => host?.(scene) ?? {})),
  Object.assign({}, ...fixtures.map(({ shell }) => shell?.(scene) ?? {})),
);
// `preview` lets whoever drives the page send events, such as the countdown of a kiosk.
Object.assign(window, { indoors: bridge, preview: servers });
await import("../main.tsx");
