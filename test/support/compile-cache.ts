import { fileURLToPath } from "node:url";

/** Compiled sources are kept between runs: the tests start many processes. */
export const COMPILE_CACHE = fileURLToPath(new URL("../../node_modules/.cache/compile", import.meta.url));
