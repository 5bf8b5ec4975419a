/**
 * A failure of set-up that is told to people as it stands: what failed, why, what they can do.
 * Anything else that is thrown in this folder is a bug and keeps its stack.
 */
export class SetupError extends Error {}
