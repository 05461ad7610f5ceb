import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { expandVariables } from "../../../src/scan/text/expand-variables.ts";

const KNOWN: Readonly<Record<string, string>> = { TAG: "1.27", EMPTY: "", NAME: "nginx" };

/** [text, expanded, unresolved names] */
const CASES: readonly (readonly [string, string, ...string[]])[] = [
  ["nginx", "nginx"],
  ["$NAME:$TAG", "nginx:1.27"],
  ["${NAME}:${TAG}", "nginx:1.27"],
  ["${NONE}", "${NONE}", "NONE"],
  ["$NONE-x", "$NONE-x", "NONE"],
  ["a:${NONE:-2}", "a:2"],
  ["a:${NONE-2}", "a:2"],
  ["a:${EMPTY:-2}", "a:2"],
  ["a:${EMPTY-2}", "a:"],
  ["a:${TAG:-2}", "a:1.27"],
  ["a:${NONE:-${TAG}}", "a:1.27"],
  ["a:${NONE:-${OTHER:-3}-alpine}", "a:3-alpine"],
  ["a:${NONE:-${OTHER}}", "a:${OTHER}", "OTHER"],
  ["a${TAG:+:set}", "a:set"],
  ["a${NONE:+:set}", "a"],
  ["a${EMPTY:+:set}b", "ab"],
  ["a${EMPTY+:set}b", "a:setb"],
  ["${NONE:?must be set}", "${NONE:?must be set}", "NONE"],
  ["${TAG?must be set}", "1.27"],
  ["$$NAME", "$NAME"],
  ["${NONE}${NONE}${OTHER}", "${NONE}${NONE}${OTHER}", "NONE", "OTHER"],
  ["${NONE:-unclosed", "unclosed"],
  ["100%$", "100%$"],
];

describe("Variables of a compose file", () => {
  for (const [text, expanded, ...unresolved] of CASES) {
    test(`make ${expanded} of ${text}`, () => {
      assert.deepEqual(
        expandVariables(text, (name) => KNOWN[name]),
        { text: expanded, unresolved },
      );
    });
  }
});
