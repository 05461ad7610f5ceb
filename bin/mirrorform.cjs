#!/usr/bin/env node
"use strict";
// CommonJS in old syntax, so that every Node version can run it and report that it is too old.
var problem = require("./node-version.cjs").problem();
if (problem === undefined) {
  require("./load.cjs");
} else {
  console.error(problem);
  process.exitCode = 1;
}
