"use strict";
// Plain CommonJS in old syntax, so that an old Node can run it and say what is wrong.
const found = process.versions.node.split(".").map(Number);
if (found[0] < 22 || (found[0] === 22 && found[1] < 19)) {
  console.error(
    "mirrorform needs Node 22.19 or later; this is " +
      process.version +
      ".\n" +
      "Run `npm ci` without --ignore-scripts: it installs Node 24 for the project's own scripts.",
  );
  process.exit(1);
}
