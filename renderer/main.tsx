import "./bridge/interpret-checks.ts";
import { CSPProvider } from "@base-ui/react/csp-provider";
import { Tooltip } from "@base-ui/react/tooltip";
import { StrictMode } from "react";
import { createRoot } from "react-dom/client";
import type { Bridge } from "../src/shared/bridge.ts";
import { App } from "./app/App.tsx";
import { ShellProvider } from "./app/use-shell.tsx";
import { openConnection } from "./bridge/connection.ts";
import { ConnectionContext } from "./bridge/use-host.ts";
import "./ui/tokens.css";
import "./ui/base.css";

declare global {
  interface Window {
    readonly indoors: Bridge;
  }
}

const root = document.getElementById("root");
if (root === null) throw new Error("index.html has no #root");

// A file that is dropped beside the places for it must not be opened in the window.
for (const event of ["dragover", "drop"]) window.addEventListener(event, (dropped) => dropped.preventDefault());

const connection = openConnection(window.indoors, (fault) => reportError(fault));

createRoot(root).render(
  <StrictMode>
    <CSPProvider disableStyleElements>
      <Tooltip.Provider delay={500}>
        <ConnectionContext value={connection}>
          <ShellProvider>
            <App />
          </ShellProvider>
        </ConnectionContext>
      </Tooltip.Provider>
    </CSPProvider>
  </StrictMode>,
);
