"use strict";
// In its own file, because Node versions before 13.2 reject import() as a syntax error.
void import("../dist/cli/main.js");
