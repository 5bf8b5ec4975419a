/**
 * electron-builder asks here before it would collect, rebuild and pack node_modules on its own. The answer is no: the
 * archive has none, and those of the host are laid out by stage-package.mjs.
 */
export async function beforeBuild() {
  return false;
}
