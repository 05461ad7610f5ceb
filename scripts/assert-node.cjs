"use strict";
// CommonJS in old syntax, so that old Node versions can run it and report the problem.
const found = process.versions.node.split(".").map(Number);
if (found[0] < 22 || (found[0] === 22 && found[1] < 19)) {
  console.error(
    "mirrorform needs Node 22.19 or later; this is " +
      process.version +
      ".\n" +
      "Run `npm ci` without --ignore-scripts: this installs Node 24 for the project's scripts.",
  );
  process.exit(1);
}
