"use strict";
// CommonJS in old syntax, so that every Node version can run it.
var manifest = require("../package.json");

/** The oldest supported Node: `22.19`. */
var required = manifest.engines.node.replace(">=", "");

/** Returns a message if a Node version (default: the running one) is too old, else undefined. */
exports.problem = function (version) {
  var current = version || process.version;
  return isAtLeast(current.replace("v", ""), required)
    ? undefined
    : manifest.name + " needs Node " + required + " or later; this is " + current + ".";
};

function isAtLeast(version, minimum) {
  var have = version.split(".").map(Number);
  var need = minimum.split(".").map(Number);
  return have[0] > need[0] || (have[0] === need[0] && have[1] >= need[1]);
}
