"use strict";
// In its own file, because Node versions before 13.2 reject import() as a syntax error.
import("../dist/cli/main.js").catch(function (error) {
  var isUnbuilt =
    error && error.code === "ERR_MODULE_NOT_FOUND" && /dist.cli.main\.js/.test(String(error.url || error.message));
  if (!isUnbuilt) throw error;
  console.error("mirrorform is not built in this checkout: run `npm run build`, or use `npm run mirrorform --`.");
  process.exitCode = 1;
});
