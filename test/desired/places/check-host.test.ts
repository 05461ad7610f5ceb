import assert from "node:assert/strict";
import { test } from "node:test";
import { prefixOf } from "../../../src/desired/places/target.ts";
import { accepted, around, read, refusedAs } from "../mirror-file-in-folder.ts";

const LOOKALIKES = ["123456789012.dkr.ecr.s3.amazonaws.com", "123456789012.dkr-ecr.lambda-url.on.aws"];

/** Returns each warning as `line:column message (hint)`. */
async function warningsOf(text: string, environment: Record<string, string> = {}): Promise<string[]> {
  const result = await read(text, { environment });
  assert.ok("file" in result, JSON.stringify(result));
  return result.warnings.map(
    ({ position, message, hint }) => `${position?.line}:${position?.column} ${message} (${hint})`,
  );
}

function file(lines: { target?: string; sources?: string; image?: string; repositories?: string }): string {
  const { target = "{ ecr: { region: us-east-1 } }", sources = "{}", image = "redis:7", repositories = "{}" } = lines;
  return `version: 1
name: example
targets: { main: ${target} }
sources: ${sources}
repositories: ${repositories}
mirrors:
  - image: ${image}
`;
}

for (const host of LOOKALIKES) {
  for (const [where, text] of [
    ["image", file({ image: `${host}/team/app:1` })],
    ["image with a port", file({ image: `${host}:443/team/app:1` })],
    ["image in capitals", file({ image: `${host.replace("dkr", "DKR")}/team/app:1` })],
    ["source", file({ sources: `{ ${host}: { concurrency: 2 } }` })],
    ["endpoint", file({ sources: `{ docker.io: { endpoint: "https://${host}" } }` })],
    ["alternate", file({ sources: `{ docker.io: { alternates: [{ registry: ${host}/x }] } }` })],
    ["oci target", file({ target: `{ oci: "https://${host}/team" }` })],
  ] as const) {
    test(`${host} is refused as ${where}`, async () => {
      const problems = await refusedAs(text);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", /^INVALID_FILE .*is not the host of an ECR registry: .* is not an AWS Region \(/);
    });
  }
}

for (const host of [
  "169.254.169.254",
  "169.254.170.2:80",
  "[::ffff:169.254.169.254]",
  "[::ffff:a9fe:a9fe]:80",
  "[64:ff9b::a9fe:a9fe]",
  "[2002:a9fe:a9fe::1]",
  "[fe80::1]",
  "[fd00:ec2::254]",
  "0xa9fea9fe:80",
  "2852039166:80",
  "0251.0376.0251.0376",
  "metadata.google.internal",
  "METADATA.google.internal",
  "instance-data.ec2.internal",
  "100.100.100.200",
  "168.63.129.16",
]) {
  for (const [where, text] of [
    ["image", file({ image: `"${host}/team/app:1"` })],
    ["source", file({ sources: `{ "${host}": { concurrency: 2 } }` })],
    ["endpoint", file({ sources: `{ docker.io: { endpoint: "http://${host}" } }` })],
    ["alternate", file({ sources: `{ docker.io: { alternates: [{ registry: "${host}/x" }] } }` })],
    ["oci target", file({ target: `{ oci: "http://${host}/team" }` })],
  ] as const) {
    test(`${host} is refused as ${where}`, async () => {
      const problems = await refusedAs(text);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", /never contacts|is not a valid registry/);
    });
  }
}

for (const name of ["https://index.docker.io/v1/", "https://index.docker.io/v1", "https://registry-1.docker.io/v2/"]) {
  test(`${name} is Docker Hub as a target, as an endpoint and as an alternate`, async () => {
    const sources = `{ docker.io: { endpoint: "${name}" } }`;
    const whole = await accepted(file({ target: `{ oci: "${name}" }`, sources }));
    const part = await accepted(file({ target: `{ oci: "${name.replace(/\/$/, "")}/team" }` }));
    assert.deepEqual([...whole.targets, ...part.targets].map(prefixOf), ["", "team"]);
    assert.equal(whole.sources.get("docker.io")?.endpoint, "https://registry-1.docker.io");
    const alternate = `{ docker.io: { alternates: [{ registry: "${name}" }] } }`;
    const [problem] = await refusedAs(file({ sources: alternate }));
    assert.match(problem ?? "", /cannot be an alternate: it is the source itself/);
  });
}

for (const host of ["auth.docker.io", "www.docker.io", "hub.docker.com", "HUB.docker.com:443", "app.docker.com"]) {
  for (const [where, text] of [
    ["image", file({ image: `${host}/team/app:1` })],
    ["endpoint", file({ sources: `{ docker.io: { endpoint: "https://${host}" } }` })],
    ["oci target", file({ target: `{ oci: "https://${host}/team" }` })],
    ["oci target without a scheme", file({ target: `{ oci: "${host}/team" }` })],
  ] as const) {
    test(`${host} is refused as ${where}, with the form that is right`, async () => {
      const problems = await refusedAs(text);
      assert.equal(problems.length, 1, problems.join("\n"));
      assert.match(problems[0] ?? "", /\(write (?:it as )?(?:"team\/app:1"|https:\/\/docker\.io(?:\/team)?)\)$/);
    });
  }
}

test("this machine and private networks are allowed where the mirror file names them", async () => {
  for (const host of ["127.0.0.1:5000", "localhost:5000", "[::1]:5000", "10.0.0.1", "192.168.1.2:5000", "[fd12::1]"]) {
    await warningsOf(file({ image: `"${host}/app:1"`, target: `{ oci: "http://${host}" }` }));
  }
});

for (const [where, text, ...positions] of [
  ["region", file({ target: "{ ecr: { region: us-esat-1 } }" }), "3:35"],
  ["an image", file({ image: "123456789012.dkr.ecr.us-esat-1.amazonaws.com/app:1" }), "7:12"],
  [
    "a source and its image",
    file({
      sources: "{ 123456789012.dkr-ecr.us-esat-1.on.aws: { concurrency: 2 } }",
      image: "123456789012.dkr-ecr.us-esat-1.on.aws/app:1",
    }),
    "4:12",
    "7:12",
  ],
  ["an oci target", file({ target: '{ oci: "https://123456789012.dkr.ecr.us-esat-1.amazonaws.com" }' }), "3:25"],
  [
    "the ARN of a key",
    file({ repositories: '{ encryption: { kms: "arn:aws:kms:us-esat-1:123456789012:key/1" } }' }),
    "5:36",
  ],
] as const) {
  test(`an unknown Region in ${where} is a warning with the nearest`, async () => {
    assert.deepEqual(
      await warningsOf(text),
      positions.map((position) => `${position} "us-esat-1" is not a known AWS Region (did you mean "us-east-1"?)`),
    );
  });
}

test("a variable for the Region is checked after it is expanded", async () => {
  const text = file({ target: "{ ecr: { region: '${AWS_REGION}' } }" });
  assert.equal((await warningsOf(text, { AWS_REGION: "us-esat-1" })).length, 1);
  assert.deepEqual(await warningsOf(text, { AWS_REGION: "us-east-1" }), []);
});

test("known Regions of all partitions give no warning", async () => {
  for (const region of ["eu-west-1", "cn-north-1", "us-gov-west-1", "eusc-de-east-1", "us-iso-east-1"]) {
    assert.deepEqual(await warningsOf(file({ target: `{ ecr: { region: ${region} } }` })), []);
  }
});

test("what is not a Region is refused in region and in the ARN of a key", async () => {
  assert.match((await refusedAs(file({ target: "{ ecr: { region: s3 } }" })))[0] ?? "", /^INVALID_FILE 3:35/);
  assert.deepEqual(
    await refusedAs(
      around('  - { image: redis, repositories: { encryption: { kms: "arn:aws:kms:s3:123456789012:key/1" } } }'),
    ),
    ['INVALID_FILE 8:56 the ARN names "s3", which is not an AWS Region'],
  );
});

test("an ECR host with a mistyped Region comes with the host that was meant", async () => {
  const [problem = ""] = await refusedAs(file({ image: "123456789012.dkr.ecr.eu-west1.amazonaws.com/app:1" }));
  assert.match(problem, /"eu-west1" is not an AWS Region \(write 123456789012\.dkr\.ecr\.eu-west-1\.amazonaws\.com\)$/);
});
