/**
 * Runs the command line from the sources, in the folder of the caller. `npm run` starts every script in the folder of
 * `package.json`, and passes the caller's folder in INIT_CWD. Without this, `--file ./mirrors.yaml` would name another file.
 */
const folder = process.env["INIT_CWD"];
if (folder !== undefined) process.chdir(folder);
await import("../src/cli/main.ts");
