import { Menu, type WebContents } from "electron";

/** The menu of the program: none but on macOS, where copy and paste are keys of the menu. It has no reload and no zoom. */
export function setProgramMenu(platform: string): void {
  const menu = Menu.buildFromTemplate([{ role: "appMenu" }, { role: "editMenu" }, { role: "windowMenu" }]);
  Menu.setApplicationMenu(platform === "darwin" ? menu : null);
}

/** The right click: what can be done with text, in the system's words. */
export function addEditMenu(contents: WebContents): void {
  contents.on("context-menu", (_event, { isEditable, selectionText, editFlags }) => {
    if (isEditable) {
      Menu.buildFromTemplate([
        { role: "undo", enabled: editFlags.canUndo },
        { role: "redo", enabled: editFlags.canRedo },
        { type: "separator" },
        { role: "cut", enabled: editFlags.canCut },
        { role: "copy", enabled: editFlags.canCopy },
        { role: "paste", enabled: editFlags.canPaste },
        { type: "separator" },
        { role: "selectAll", enabled: editFlags.canSelectAll },
      ]).popup();
    } else if (selectionText.trim() !== "") {
      Menu.buildFromTemplate([{ role: "copy" }]).popup();
    }
  });
}
