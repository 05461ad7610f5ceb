import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { describe, test } from "node:test";
import { parseEnv } from "node:util";

import { URI_FORMATS } from "../../../src/cli/uris/formats.ts";
import { run } from "../../support/command.ts";
import { folderWith } from "../../support/mirrorform.ts";

const PLAIN = "123456789012.dkr.ecr.eu-west-1.amazonaws.com/team/app:1.2_x-y";
/** A possible name for the folder of a layout, with characters that are special in shells, HCL, JSON or dotenv files. */
const HOSTILE = 'oci:./a b${HOME}$(id)`id`%{if true}\\n"q" #c/app:1';

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
  ] as const) {
    test(`of an image ${what} is read from dotenv by a shell and by Node`, async (t) => {
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
      assert.equal(fromTemplate(bake.target.mirrorform.args["APP_URI"] ?? ""), uri);
      const context = bake.target.mirrorform.contexts["docker.io/library/app:1"] ?? "";
      assert.equal(fromTemplate(context), `docker-image://${uri}`);
    });

    test(`of an image ${what} is a quoted template in tfvars`, () => {
      const [, quoted = ""] = /^mirrorform_uris = \{\n {2}APP_URI = (".*")\n\}\n$/.exec(written("tfvars", uri)) ?? [];
      assert.equal(fromTemplate(JSON.parse(quoted) as string), uri);
    });
  }

  test("is refused for dotenv if readers would disagree on it", () => {
    for (const character of ['"', "$HOME", "`id`", "\\n", "!"]) {
      assert.throws(() => written("dotenv", `oci:./o'brien${character}/app:1`), { code: "USAGE", hint: /json/ });
    }
  });

  test("is refused for build-args if the shell would split it", () => {
    assert.equal(written("build-args", PLAIN), `--build-arg APP_URI=${PLAIN}\n`);
    assert.throws(() => written("build-args", HOSTILE), { code: "USAGE", hint: /json or dotenv/ });
  });
});
