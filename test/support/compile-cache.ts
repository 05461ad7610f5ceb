import { fileURLToPath } from "node:url";

/** The folder for compiled sources, kept between runs because the tests start many processes. */
export const COMPILE_CACHE = fileURLToPath(new URL("../../node_modules/.cache/compile", import.meta.url));
