/** The same care for everything that is shown, wherever the text came from: also for what a model writes. */
export { neutralise as harmlessText } from "../tools/neutralise.ts";
