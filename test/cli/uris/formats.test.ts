import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseEnv } from "node:util";

import { contextName } from "../../../src/cli/uris/build-context.ts";
import { URI_FORMATS } from "../../../src/cli/uris/formats.ts";
import type { MirroredUri } from "../../../src/cli/uris/mirrored-uri.ts";
import { run } from "../../support/command.ts";
import { folderWith } from "../../support/mirrorform.ts";

const PLAIN = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.2_x-y";
/** A possible name for the folder of a layout, with characters that are special in shells, HCL, JSON or dotenv files. */
const HOSTILE = 'oci:./a b%{if true}"q";id #c/app:1';
/** A name that a shell would expand. */
const EXPANDED = 'oci:./a b${HOME}$(id)`id`%{if true}\\n"q" #c/app:1';
const DIGEST = `sha256:${"a".repeat(64)}`;

function written(format: keyof typeof URI_FORMATS, uri: string): string {
  return URI_FORMATS[format]([
    { name: "APP_URI", image: "app:1", source: "docker.io/library/app:1", target: "main", uri },
  ]);
}

/** Evaluates a template of HCL that has only literals ("Template Literals"). */
function fromTemplate(text: string): string {
  assert.doesNotMatch(text, /(?<!\$)\$\{|(?<!%)%\{/, "no template sequence");
  return text.replaceAll("$${", () => "${").replaceAll("%%{", "%{");
}

/** If these fail, a build uses another image than the mirrored one, or runs code from a name. */
describe("the URI", () => {
  for (const [what, uri] of [
    ["in a registry", PLAIN],
    ["in a folder with special characters in its name", HOSTILE],
    ["in a folder with an apostrophe in its name", "oci:./o'brien's own #c/app:1"],
    ["in a folder with a name that a shell expands", EXPANDED],
  ] as const) {
    test(`of an image ${what} is ${uri === EXPANDED ? "refused for dotenv" : "read from dotenv by a shell and by Node"}`, async (t) => {
      if (uri === EXPANDED) {
        assert.throws(() => written("dotenv", uri), { code: "USAGE", message: /could expand/, hint: /json/ });
        return;
      }
      const text = written("dotenv", uri);
      const { path, remove } = await folderWith({});
      t.after(remove);
      await writeFile(join(path, "images.env"), text);
      const { stdout } = await run("sh", ["-c", '. ./images.env; printf %s "$APP_URI"'], { cwd: path });
      assert.equal(stdout, uri);
      assert.deepEqual({ ...parseEnv(text) }, { APP_URI: uri });
    });

    test(`of an image ${what} is escaped as a template in bake's JSON`, () => {
      const bake = JSON.parse(written("bake", uri)) as {
        variable: Record<string, { default: string }>;
        target: { mirrorform: { args: Record<string, string>; contexts: Record<string, string> } };
      };
      assert.equal(fromTemplate(bake.variable["APP_URI"]?.default ?? ""), uri);
      // FROM cannot name an image in a layout, so the Dockerfile's default applies, and its build context.
      const argument = bake.target.mirrorform.args["APP_URI"];
      if (uri.startsWith("oci:")) assert.equal(argument, undefined);
      else assert.equal(fromTemplate(argument ?? ""), uri);
      const context = bake.target.mirrorform.contexts["app:1"] ?? "";
      const value = uri.startsWith("oci:") ? `oci-layout://${uri.slice("oci:".length)}` : `docker-image://${uri}`;
      assert.equal(fromTemplate(context), value);
    });

    test(`of an image ${what} is a quoted template in tfvars`, () => {
      const [, quoted = ""] = /^mirrorform_uris = \{\n {2}APP_URI = (".*")\n\}\n$/.exec(written("tfvars", uri)) ?? [];
      assert.equal(fromTemplate(JSON.parse(quoted) as string), uri);
    });
  }

  test("is refused for dotenv if readers would disagree on it", () => {
    for (const character of ['"', "!"]) {
      assert.throws(() => written("dotenv", `oci:./o'brien${character}/app:1`), { code: "USAGE", hint: /json/ });
    }
  });

  for (const text of ["$HOME", "$(id)", "`id`", "\\n", "\n", "\r", "\u0000", "\u2028"]) {
    test(`with ${JSON.stringify(text)} is refused for every format that a shell reads`, () => {
      for (const uri of [`oci:./a${text}/app:1`, `oci:./a '${text}'/app:1`]) {
        assert.throws(() => written("dotenv", uri), { code: "USAGE", hint: /json/ });
        assert.throws(() => written("build-args", uri), { code: "USAGE", hint: /json/ });
      }
    });
  }

  test("is refused for build-args if the shell would split it", () => {
    assert.equal(written("build-args", PLAIN), `--build-arg APP_URI=${PLAIN}\n`);
    assert.throws(() => written("build-args", HOSTILE), { code: "USAGE", hint: /bake or json/ });
  });

  test("of an image in a layout is a build context in build-args, because FROM cannot name the layout", () => {
    assert.equal(written("build-args", "oci:./mirror/app:1"), "--build-context app:1=oci-layout://./mirror/app:1\n");
    assert.equal(written("build-args", "oci:5000/app:1"), "--build-arg APP_URI=oci:5000/app:1\n", "a host named oci");
  });
});

/** BuildKit looks up other names in vain, and the build silently pulls from the source. */
describe("a build context has the name under which BuildKit looks up", () => {
  for (const [source, name] of [
    ["docker.io/library/python:3.12-slim", "python:3.12-slim"],
    ["docker.io/library/python:latest", "python"],
    ["docker.io/grafana/grafana:latest", "grafana/grafana"],
    ["docker.io/a.b/c:1", "a.b/c:1"],
    ["docker.io/library/a/b:1", "library/a/b:1"],
    [`docker.io/library/python:3.12@${DIGEST}`, `python:3.12@${DIGEST}`],
    [`docker.io/library/python@${DIGEST}`, `python@${DIGEST}`],
    [`docker.io/library/python:latest@${DIGEST}`, `python:latest@${DIGEST}`],
    ["ghcr.io/library/app:latest", "ghcr.io/library/app"],
    ["quay.io/org/app:1", "quay.io/org/app:1"],
    ["localhost:5000/app:latest", "localhost:5000/app"],
  ] as const) {
    test(source, () => assert.equal(contextName({ source }), name));
  }
});

describe("bake", () => {
  const uri = (target: string, tag: string): MirroredUri => ({
    name: `APP_${tag}_${target}`.toUpperCase(),
    image: "app:1",
    source: "docker.io/library/app:1",
    target,
    uri: `${target}.example.com/app:${tag}`,
  });
  const targets = (uris: readonly MirroredUri[]): Record<string, object> =>
    (JSON.parse(URI_FORMATS.bake(uris)) as { target: Record<string, object> }).target;

  test("has a target for each mirror target, because one build reads an image from one place", () => {
    assert.deepEqual(targets([uri("seoul", "a"), uri("us", "a")]), {
      "mirrorform-seoul": {
        args: { APP_A_SEOUL: "seoul.example.com/app:a" },
        contexts: { "app:1": "docker-image://seoul.example.com/app:a" },
      },
      "mirrorform-us": {
        args: { APP_A_US: "us.example.com/app:a" },
        contexts: { "app:1": "docker-image://us.example.com/app:a" },
      },
    });
  });

  test("uses the first of several mirrors of one image", () => {
    assert.deepEqual(targets([uri("main", "b"), uri("main", "a")]), {
      mirrorform: {
        args: { APP_B_MAIN: "main.example.com/app:b", APP_A_MAIN: "main.example.com/app:a" },
        contexts: { "app:1": "docker-image://main.example.com/app:b" },
      },
    });
  });
});
