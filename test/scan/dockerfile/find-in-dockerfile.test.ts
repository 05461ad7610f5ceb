import assert from "node:assert/strict";
import { describe, test } from "node:test";

import { findInDockerfile } from "../../../src/scan/dockerfile/find-in-dockerfile.ts";
import type { FoundImage } from "../../../src/scan/found-image.ts";
import { familiarReference } from "../../../src/oci/reference.ts";

function find(text: string): FoundImage[] {
  return findInDockerfile({ path: "Dockerfile", text, readBeside: () => undefined });
}

/** Returns what was found, as `AT IMAGE`. */
function listed(text: string): string[] {
  return find(text).map(({ at, value, text: written }) => {
    if (value.kind === "image") return `${at} ${familiarReference(value.reference)}`;
    return `${at} ${written} ${value.kind}${value.kind === "unresolved" ? ` ${value.variables.join(" ")}` : ""}`;
  });
}

/** Returns the text that a rewrite would replace. */
function replaced(text: string): string[] {
  return find(text).map(({ edit }) => ("span" in edit ? text.slice(edit.span.start, edit.span.end) : edit.kind));
}

const FILES: Readonly<Record<string, readonly [text: string, ...images: string[]]>> = {
  "one stage": ["FROM node:22\n", "FROM node:22"],
  "lower-case instructions": ["from node:22\nrun true\n", "FROM node:22"],
  "stages that build on each other": [
    "FROM node:22 AS Build\nFROM build AS test\nFROM nginx\nCOPY --from=BUILD /a /b\nCOPY --from=1 /c /d\n",
    "FROM node:22",
    "FROM nginx",
  ],
  "a stage from nothing": ["FROM scratch\nCOPY a /\n"],
  "files copied from images": ["FROM a\nCOPY --link --from=nginx:1.27 /x /y\n", "FROM a", "COPY --from nginx:1.27"],
  "mounted images": [
    "FROM a\nRUN --mount=type=bind,from=img:1,target=/x --mount=target=/y,from=img:2 true\n",
    "FROM a",
    "RUN --mount img:1",
    "RUN --mount img:2",
  ],
  "a frontend": ["# syntax=docker/dockerfile:1.7\n# escape=`\nFROM a\n", "# syntax docker/dockerfile:1.7", "FROM a"],
  "arguments with defaults": [
    'ARG BASE=node TAG="22"\nARG FULL=${BASE}:${TAG}-alpine\nFROM ${FULL}\nFROM ${BASE}:${OTHER:-20}\n',
    "FROM node:22-alpine",
    "FROM node:20",
  ],
  "arguments without defaults": ["ARG BASE\nFROM ${BASE}:22\n", "FROM ${BASE}:22 unresolved BASE"],
  "arguments of a stage, which FROM does not see": [
    "FROM a\nARG TAG=1\nFROM b:${TAG}\n",
    "FROM a",
    "FROM b:${TAG} unresolved TAG",
  ],
  "variables where BuildKit expands none": [
    "ARG A=x\nFROM a\nCOPY --from=$A /x /y\n",
    "FROM a",
    "COPY --from $A unresolved A",
  ],
  "the platform of the machine": ["FROM a:${TARGETARCH}\n", "FROM a:${TARGETARCH} unresolved TARGETARCH"],
  "here-documents that contain FROM": [
    "FROM a\nRUN <<EOF\nFROM hidden\nEOF\nCOPY <<X <<-Y /d/\nFROM in\nX\nFROM in\n\tY\n",
    "FROM a",
  ],
  "continued lines": ["FROM \\\n  # comment\n  node:22 \\\n  AS a\nRUN echo \\\nFROM b\n", "FROM node:22"],
  "another escape character": [
    "# escape=`\nFROM `\n  mcr.microsoft.com/windows:1\n",
    "FROM mcr.microsoft.com/windows:1",
  ],
  "Windows line ends": ["ARG A=1\r\nFROM node:${A}\r\nFROM b\r\n", "FROM node:1", "FROM b"],
  "a digest": [`FROM node:22@sha256:${"a".repeat(64)}\n`, `FROM node:22@sha256:${"a".repeat(64)}`],
  "a registry with a port": ["FROM localhost:5000/a/b\n", "FROM localhost:5000/a/b"],
  "a name that is none": ["FROM Node:22\n", "FROM Node:22 invalid"],
  "no instruction at all": ["# empty\n"],
};

describe("In a Dockerfile with", () => {
  for (const [name, [text, ...images]] of Object.entries(FILES)) {
    test(`${name}, every image is found`, () => {
      assert.deepEqual(listed(text), images);
    });
  }
});

describe("What names an image in a Dockerfile", () => {
  test("is the text itself, without its quotes", () => {
    assert.deepEqual(replaced('FROM node:22\nFROM "nginx:1"\nCOPY --from=a:1 /x /y\n'), ["node:22", "nginx:1", "a:1"]);
  });

  test("is the default of an argument that holds the whole name", () => {
    assert.deepEqual(replaced("ARG BASE=node:22\nFROM ${BASE}\n"), ["node:22"]);
  });

  test("is the name alone if the tag is a variable", () => {
    assert.deepEqual(replaced("ARG T=22\nFROM reg.io:5000/node:${T}-alpine\nFROM node@${T}\n"), [
      "reg.io:5000/node",
      "node",
    ]);
  });

  test("is nothing if it is put together from variables", () => {
    assert.deepEqual(replaced("ARG R=docker.io\nFROM ${R}/node:22\n"), ["none"]);
  });
});

test("The platform of FROM is kept", () => {
  const [found] = find("FROM --platform=linux/arm64 node:22\n");
  assert.equal(found?.platform, "linux/arm64");
});
