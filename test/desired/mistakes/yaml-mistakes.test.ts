import { describe, test } from "node:test";

import { around, one } from "../mirror-file-in-folder.ts";

const cases: Readonly<Record<string, readonly (readonly [what: string, marked: string, expected: string])[]>> = {
  quotes: [
    [
      "an unclosed quote in a flow map",
      '  - { image: »"node:20, to: a }\n  - { image: ruby }',
      'this " is not closed (close it on its line: "node:20")',
    ],
    [
      "a quote that another one closes",
      "  - image: »\"node:20'\n  - image: ruby",
      'this " is not closed (close it on its line: "node:20")',
    ],
    [
      "an unclosed quote",
      '  - image: »"node:20\n  - image: ruby:3',
      'this " is not closed (close it on its line: "node:20")',
    ],
    [
      "an unclosed quote before another quoted text",
      '  - image: »"node:20\n    to: "nodejs"',
      'this " is not closed (close it on its line: "node:20")',
    ],
    [
      "an unclosed single quote",
      "  - image: »'node:20 # LTS",
      "this ' is not closed (close it on its line: 'node:20')",
    ],
    [
      "text after a closing quote",
      '  - image: "node"»:20',
      '":20" is after the closing " (put quotes around the whole text: "node:20")',
    ],
    [
      "an IPv6 address without quotes",
      "  - image: [::1]»:5000/app:1",
      '":5000/app:1" is after the closing ] (put quotes around the whole text: "[::1]:5000/app:1")',
    ],
    [
      "a backslash in double quotes",
      '  - { image: node, tags: { match: "3»\\.\\d+" } }',
      `"\\." has no meaning in double quotes (use single quotes, in which a backslash is a character like any other: '3\\.\\d+')`,
    ],
  ],
  characters: [
    [
      "a template with %",
      "{»% for i in images %}",
      "this is a template (render it first, or put quotes around text with {{)",
    ],
    ["a code block of Markdown", "»```", "this line is from Markdown (remove the lines with ```)"],
    ["a tab", "»\t- image: node", "a tab in the indentation (indent with spaces)"],
    ["a tab after a dash", "  -»\timage: node", "a tab in the indentation (indent with spaces)"],
    ["a text that starts with @", "  - image: »@node", 'text that starts with "@" needs quotes (write "@node")'],
    [
      "a star for all tags",
      "  - { image: node, tags: »* }",
      'text that starts with "*" needs quotes (write tags: { match: ".*" } to select all tags)',
    ],
    [
      "a template",
      "  - image: {{ .image }}»:1",
      "this is a template (render it first, or put quotes around text with {{)",
    ],
  ],
  brackets: [
    ["a missing comma", "  - { image: node »to: nodejs }", "a comma is missing before to (add a comma before it)"],
    ["an open brace", "  - »{ image: node, to: a\n  - { image: ruby }", "this { is not closed (add the missing })"],
    [
      "a bracket that another one closes",
      "  - { image: node, tags: [20, 22 »}",
      '"[" of line 8 is closed by "}" (write "]")',
    ],
  ],
  layout: [
    ["a second colon", "  - image: node»: 20", "a second colon with a space in one line (write image: node:20)"],
    ["a colon at the end", "  - image: node»:", "a colon at the end of the text (write image: node)"],
    [
      "too much indentation",
      "  - image: node\n     »to: nodejs",
      '"to" is not indented like the lines above (start it in column 5, like "image" on line 8)',
    ],
    [
      "too little indentation",
      "  - image: node\n  »to: nodejs",
      '"to" is not indented like the lines above (start it in column 5, like "image" on line 8)',
    ],
    [
      "no space after a colon",
      "  - image: node\n    »to:nodejs\n    refresh: missing",
      '"to:nodejs" has no space after the colon (write to: nodejs)',
    ],
  ],
};

for (const [kind, list] of Object.entries(cases)) {
  describe(`a YAML mistake is named where it is, with the right form: ${kind}:`, () => {
    for (const [what, marked, expected] of list) {
      test(what, () => one(around(marked), `YAML_SYNTAX invalid YAML: ${expected}`));
    }
  });
}

describe("a YAML mistake at the start of a line is named:", () => {
  const top: readonly (readonly [string, string, string])[] = [
    [
      "dashes in braces",
      "mirrors: {\n  »- image: node\n}\n",
      "a list with dashes cannot be in { } or [ ] (remove the bracket above and its end, or separate the items with commas)",
    ],
    ["no colon", "version: 1\n»mirrors\n  - image: node\n", '"mirrors" has no colon (write mirrors:)'],
    ["no space", "»version:1\nname:demo\ntargets:\n", '"version:1" has no space after the colon (write version: 1)'],
    ["an equals sign", "»version = 1\nname: demo\n", '"version = 1" has no colon (write version: 1)'],
    ["an open brace of JSON", '»{"targets": {}, "mirrors": [1]\n', "this { is not closed (add the missing })"],
  ];
  for (const [what, text, expected] of top) {
    test(what, () => one(text, `YAML_SYNTAX invalid YAML: ${expected}`));
  }
});
