"use strict";
// CommonJS in old syntax, so that every Node version can run it and report the problem.
var problem = require("../bin/node-version.cjs").problem();
if (problem !== undefined) {
  console.error(problem);
  console.error("Run `npm ci` without --ignore-scripts: this installs Node 24 for the project's scripts.");
  process.exitCode = 1;
}
