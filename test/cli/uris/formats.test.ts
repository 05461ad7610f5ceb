import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseEnv } from "node:util";

import { URI_FORMATS } from "../../../src/cli/uris/formats.ts";
import { run } from "../../support/command.ts";
import { folderWith } from "../../support/mirrorform.ts";

const PLAIN = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.2_x-y";
/** As a layout's folder may be called: what a shell, HCL, JSON and a dotenv file each read in their own way. */
const HOSTILE = 'oci:./a b${HOME}$(id)`id`%{if true}\\n"q" #c/app:1';

function written(format: keyof typeof URI_FORMATS, uri: string): string {
  return URI_FORMATS[format]([
    { name: "APP_URI", image: "app:1", source: "docker.io/library/app:1", target: "main", uri },
  ]);
}

/** What HCL makes of a text that it reads as a template, where nothing in it is one ("Template Literals"). */
function fromTemplate(text: string): string {
  assert.doesNotMatch(text, /(?<!\$)\$\{|(?<!%)%\{/, "nothing in it is evaluated");
  return text.replaceAll("$${", () => "${").replaceAll("%%{", "%{");
}

/** What breaks when this fails: a build reads another image than was mirrored, or runs what a name says. */
describe("each format says the URI to its own reader", () => {
  for (const [what, uri] of [
    ["of a registry", PLAIN],
    ["of a folder with every mark in its name", HOSTILE],
    ["of a folder with an apostrophe in its name", "oci:./o'brien's own #c/app:1"],
  ] as const) {
    test(`dotenv, ${what}: to a shell, and to Node`, async (t) => {
      const text = written("dotenv", uri);
      const { path, remove } = await folderWith({});
      t.after(remove);
      await writeFile(join(path, "images.env"), text);
      const { stdout } = await run("sh", ["-c", '. ./images.env; printf %s "$APP_URI"'], { cwd: path });
      assert.equal(stdout, uri);
      assert.deepEqual({ ...parseEnv(text) }, { APP_URI: uri });
    });

    test(`bake, ${what}: JSON whose texts are templates`, () => {
      const bake = JSON.parse(written("bake", uri)) as {
        variable: Record<string, { default: string }>;
        target: { mirrorform: { args: Record<string, string>; contexts: Record<string, string> } };
      };
      assert.equal(fromTemplate(bake.variable["APP_URI"]?.default ?? ""), uri);
      assert.equal(fromTemplate(bake.target.mirrorform.args["APP_URI"] ?? ""), uri);
      const context = bake.target.mirrorform.contexts["docker.io/library/app:1"] ?? "";
      assert.equal(fromTemplate(context), `docker-image://${uri}`);
    });

    test(`tfvars, ${what}: a quoted template`, () => {
      const [, quoted = ""] = /^mirrorform_uris = \{\n {2}APP_URI = (".*")\n\}\n$/.exec(written("tfvars", uri)) ?? [];
      assert.equal(fromTemplate(JSON.parse(quoted) as string), uri);
    });
  }

  test("dotenv refuses what its readers would take for different things", () => {
    for (const mark of ['"', "$HOME", "`id`", "\\n", "!"]) {
      assert.throws(() => written("dotenv", `oci:./o'brien${mark}/app:1`), { code: "USAGE", hint: /json/ });
    }
  });

  test("build-args is for a registry's alone: the shell would split another", () => {
    assert.equal(written("build-args", PLAIN), `--build-arg APP_URI=${PLAIN}\n`);
    assert.throws(() => written("build-args", HOSTILE), { code: "USAGE", hint: /json or --format dotenv/ });
  });
});
