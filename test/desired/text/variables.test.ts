import assert from "node:assert/strict";
import { describe, test } from "node:test";
import fc from "fast-check";
import { listedImages } from "../../../src/desired/entries/desired-entry.ts";
import { expandVariables } from "../../../src/desired/text/variables.ts";
import { accepted, around, refusedAs } from "../mirror-file-in-folder.ts";

const ARN = "arn:aws:codebuild:eu-west-1:123456789012:build/project:1";

describe("a variable", () => {
  test("of your own can be part of a text", async () => {
    const file = await accepted(
      around('  - { image: "node:${MIRRORFORM_VAR_NODE}", to: "x/${MIRRORFORM_VAR_NODE}" }'),
      {
        environment: { MIRRORFORM_VAR_NODE: "22" },
      },
    );
    assert.equal(listedImages(file.entries)[0]?.source.tag, "22");
  });

  test("AWS_REGION falls back to AWS_DEFAULT_REGION", () => {
    const expand = (environment: Record<string, string>): unknown => expandVariables("${AWS_REGION}", environment);
    assert.deepEqual(expand({ AWS_REGION: "eu-west-1", AWS_DEFAULT_REGION: "x" }), { text: "eu-west-1" });
    assert.deepEqual(expand({ AWS_REGION: "", AWS_DEFAULT_REGION: "eu-west-2" }), { text: "eu-west-2" });
    assert.ok("message" in expandVariables("${AWS_REGION}", {}));
  });

  test("AWS_ACCOUNT_ID comes from the build ARN in AWS CodeBuild", () => {
    assert.deepEqual(expandVariables("${AWS_ACCOUNT_ID}", { CODEBUILD_BUILD_ARN: ARN }), { text: "123456789012" });
    assert.deepEqual(
      expandVariables("${AWS_ACCOUNT_ID}", { CODEBUILD_BUILD_ARN: ARN, AWS_ACCOUNT_ID: "210987654321" }),
      {
        text: "210987654321",
      },
    );
    assert.ok("message" in expandVariables("${AWS_ACCOUNT_ID}", { CODEBUILD_BUILD_ARN: "arn:x" }));
  });

  test("can be a number where a number is expected", async () => {
    const text = around("  - image: x.io/node").replace(
      "mirrors:",
      'sources: { x.io: { concurrency: "${MIRRORFORM_VAR_N}" } }\nmirrors:',
    );
    const { sources } = await accepted(text, { environment: { MIRRORFORM_VAR_N: "7" } });
    assert.deepEqual(sources.get("x.io"), { concurrency: 7 });
  });
});

describe("a variable's value is not read as YAML or expanded again:", () => {
  test("a value with YAML syntax is text", async () => {
    const problems = await refusedAs(around("  - image: ${MIRRORFORM_VAR_X}"), {
      environment: { MIRRORFORM_VAR_X: "node, targets: [other]" },
    });
    assert.equal(problems.length, 1);
    assert.match(problems[0] ?? "", /^INVALID_REFERENCE 8:12/);
  });

  test("refuses a value with a line break or a variable", async () => {
    for (const value of ["a\nb", "${AWS_REGION}"]) {
      const problems = await refusedAs(around("  - image: node:${MIRRORFORM_VAR_X}"), {
        environment: { MIRRORFORM_VAR_X: value, AWS_REGION: "x" },
      });
      assert.match(problems.join(), /^INVALID_FILE 8:12 the value of MIRRORFORM_VAR_X contains /);
    }
  });
});

describe("a variable is refused", () => {
  const environment = { MIRRORFORM_VAR_SET: "registry.example.com", HOME: "secret", AWS_SECRET_ACCESS_KEY: "secret" };

  test("if it is not set", async () => {
    assert.match(
      (await refusedAs(around("  - image: node:${MIRRORFORM_VAR_X}"))).join(),
      /^INVALID_FILE 8:12 variable MIRRORFORM_VAR_X is not set/,
    );
  });

  test("if it is not one of the allowed ones, whether set or not", async () => {
    const names = [
      "HOME",
      "AWS_SECRET_ACCESS_KEY",
      "MIRRORFORM_VAR_",
      "MIRRORFORM_VAR_x",
      "",
      "AWS_REGION:-x",
      "__proto__",
    ];
    for (const name of names) {
      const problems = (await refusedAs(around(`  - image: "node:\${${name}}"`), { environment })).join();
      assert.match(problems, /^INVALID_FILE 8:12 variable .* is not allowed in a mirror file/);
      assert.doesNotMatch(problems, /secret/);
    }
  });

  test("if it is an IAM policy variable, which must be in a policy file", async () => {
    const policy = '{ policy: { Statement: [{ Effect: Allow, Resource: "${aws:username}" }] } }';
    const problems = await refusedAs(around(`  - { image: node, repositories: ${policy} }`));
    assert.match(
      problems.join(),
      /^INVALID_FILE 8:\d+ "aws:username" is an IAM policy variable \(move the policy to a JSON file/,
    );
  });

  test("if it has no closing brace", async () => {
    assert.match((await refusedAs(around('  - image: "node:${AWS_REGION"'))).join(), /no closing brace/);
  });

  test("in the host of an image, in any form", async () => {
    const images = [
      "${MIRRORFORM_VAR_SET}/node",
      "localhost${MIRRORFORM_VAR_SLASH}",
      "${MIRRORFORM_VAR_SLASH}",
      "a${MIRRORFORM_VAR_SET}/x/y",
    ];
    for (const image of images) {
      const problems = await refusedAs(around(`  - image: "${image}"`), {
        environment: { ...environment, MIRRORFORM_VAR_SLASH: ":5000/x" },
      });
      assert.equal(problems.length, 1);
      assert.match(problems[0] ?? "", /^INVALID_FILE 8:12 variables are not allowed in a registry host/);
    }
  });

  test("in the address of a target or a source", async () => {
    const text = `version: 1
name: example
targets: { main: { oci: "https://\${MIRRORFORM_VAR_SET}" } }
sources: { docker.io: { endpoint: "https://\${MIRRORFORM_VAR_SET}" } }
mirrors: [{ image: node }]
`;
    const problems = await refusedAs(text, { environment });
    assert.deepEqual(
      problems.map((problem) => problem.slice(0, 30)),
      ["INVALID_FILE 3:25 variables ar", "INVALID_FILE 4:35 variables ar"],
    );
  });
});

test("law: a text without ${ is unchanged in any environment", () => {
  fc.assert(
    fc.property(fc.string(), fc.dictionary(fc.string(), fc.string()), (text, environment) => {
      fc.pre(!text.includes("${"));
      assert.deepEqual(expandVariables(text, environment), { text });
    }),
  );
});
