import assert from "node:assert/strict";
import { describe, test } from "node:test";

import fc from "fast-check";

import { digestOf } from "../../../src/oci/digest.ts";
import { readManifest, type Manifest } from "../../../src/oci/manifest.ts";
import { DOCKER_LIST, DOCKER_MANIFEST, OCI_INDEX, OCI_MANIFEST } from "../../../src/oci/media-type.ts";
import { platformText, type Platform } from "../../../src/oci/platforms/platform.ts";
import { PLATFORMS, readSelection, SOURCE_DIGEST } from "../../../src/oci/platforms/selection.ts";
import { selectPlatforms, type SelectedIndex } from "../../../src/oci/platforms/select-platforms.ts";

interface Child {
  platform?: Platform;
  digest: string;
  [other: string]: unknown;
}

function child(name: string, platform?: Platform, more: object = {}): Child {
  const digest = digestOf(Buffer.from(name));
  return { mediaType: OCI_MANIFEST, digest, size: 100, ...(platform === undefined ? {} : { platform }), ...more };
}

function attestation(name: string, of: Child): Child {
  return child(
    name,
    { os: "unknown", architecture: "unknown" },
    {
      annotations: { "vnd.docker.reference.digest": of.digest, "vnd.docker.reference.type": "attestation-manifest" },
    },
  );
}

function index(manifests: readonly unknown[], more: object = {}, mediaType: string = OCI_INDEX): Manifest {
  const bytes = Buffer.from(JSON.stringify({ schemaVersion: 2, mediaType, manifests, ...more }, undefined, 3));
  return { bytes, mediaType, digest: digestOf(bytes) };
}

function select(source: Manifest, platforms: readonly string[]): SelectedIndex {
  const selected = selectPlatforms(source, { platforms });
  return "kind" in selected ? assert.fail(JSON.stringify(selected)) : selected;
}

function body({ manifest }: SelectedIndex): { manifests: Child[]; annotations: Record<string, unknown> } {
  return JSON.parse(Buffer.from(manifest.bytes).toString()) as ReturnType<typeof body>;
}

const AMD64 = child("amd64", { os: "linux", architecture: "amd64" });
const ARM64 = child("arm64", { os: "linux", architecture: "arm64", variant: "v8" });
const ARM = child("arm", { os: "linux", architecture: "arm" });
const ARMV6 = child("armv6", { os: "linux", architecture: "arm", variant: "v6" });
const ALL = [AMD64, ARM64, ARM, ARMV6];

describe("an index of selected platforms", () => {
  test("has the source's descriptors of those platforms, in the source's order", () => {
    const { manifests } = body(select(index(ALL), ["linux/amd64", "linux/arm/v7"]));
    assert.deepEqual(manifests, [AMD64, ARM]);
  });

  test("has the builds of Windows that a selected platform chooses", () => {
    const build = (version: string) =>
      child(version, { os: "windows", architecture: "amd64", "os.version": version } as Platform);
    const [old, older, newer] = [build("10.0.17763.2114"), build("10.0.17763.1"), build("10.0.20348.169")];
    const source = index([AMD64, old, older, newer]);
    const chosenBy = (platform: string) => body(select(source, [platform])).manifests;
    assert.deepEqual(chosenBy("windows/amd64"), [old, older, newer]);
    assert.deepEqual(chosenBy("windows(10.0.17763)/amd64"), [old, older]);
    assert.deepEqual(chosenBy("windows(10.0.17763.1)/amd64"), [older]);
    assert.deepEqual(selectPlatforms(source, { platforms: ["windows(10.0.14393)/amd64"] }), {
      kind: "missing",
      missing: ["windows(10.0.14393)/amd64"],
      present: [
        "linux/amd64",
        "windows(10.0.17763.1)/amd64",
        "windows(10.0.17763.2114)/amd64",
        "windows(10.0.20348.169)/amd64",
      ],
    });
  });

  test("treats linux/arm64 as linux/arm64/v8", () => {
    assert.deepEqual(body(select(index(ALL), ["linux/arm64"])).manifests, [ARM64]);
  });

  test("keeps the attestations of those platforms, and no others", () => {
    const of = [
      attestation("a1", AMD64),
      attestation("a2", ARM64),
      child("lone", { os: "unknown", architecture: "unknown" }),
    ];
    const { manifests } = body(select(index([AMD64, ARM64, ...of]), ["linux/arm64"]));
    assert.deepEqual(manifests, [ARM64, of[1]]);
  });

  test("keeps every Windows version of a platform", () => {
    const versions = ["10.0.20348.1", "10.0.17763.1"].map((version) =>
      child(version, { os: "windows", architecture: "amd64", "os.version": version } as Platform),
    );
    assert.deepEqual(body(select(index([AMD64, ...versions]), ["windows/amd64"])).manifests, versions);
  });

  test("has the source's annotations, and overwrites those that record the selection", () => {
    const source = index(ALL, { annotations: { team: "a", [PLATFORMS]: "forged" }, artifactType: "x", subject: AMD64 });
    const selected = select(source, ["linux/amd64"]);
    assert.deepEqual(body(selected), {
      schemaVersion: 2,
      mediaType: OCI_INDEX,
      manifests: [AMD64],
      annotations: { team: "a", [SOURCE_DIGEST]: source.digest, [PLATFORMS]: "linux/amd64" },
    });
    assert.deepEqual(readSelection(selected.manifest), { source: source.digest, platforms: ["linux/amd64"] });
  });

  test("is an OCI index even if the source is a Docker manifest list, and keeps Docker's children", () => {
    const docker = { ...AMD64, mediaType: DOCKER_MANIFEST };
    const { manifest } = select(index([docker, ARM64], {}, DOCKER_LIST), ["linux/amd64"]);
    assert.equal(manifest.mediaType, OCI_INDEX);
    assert.deepEqual(readManifest(manifest), { kind: "index", manifests: [docker] });
  });

  test("is not created if a platform is missing, and the result lists the platforms present", () => {
    assert.deepEqual(selectPlatforms(index([...ALL, child("none")]), { platforms: ["linux/amd64", "linux/s390x"] }), {
      kind: "missing",
      missing: ["linux/s390x"],
      present: ["linux/amd64", "linux/arm/v6", "linux/arm/v7", "linux/arm64"],
    });
  });

  test("is not created from a nested index", () => {
    const nested = child("nested", undefined, { mediaType: OCI_INDEX });
    assert.deepEqual(selectPlatforms(index([AMD64, nested]), { platforms: ["linux/amd64"] }), { kind: "nested" });
  });

  test("is not created if a descriptor is nested too deeply to serialize", () => {
    const bytes = Buffer.from(
      JSON.stringify({ schemaVersion: 2, mediaType: OCI_INDEX, manifests: [{ ...AMD64, deep: "DEEP" }] }).replace(
        '"DEEP"',
        `${"[".repeat(200_000)}${"]".repeat(200_000)}`,
      ),
    );
    const selected = selectPlatforms(
      { bytes, mediaType: OCI_INDEX, digest: digestOf(bytes) },
      { platforms: ["linux/amd64"] },
    );
    assert.equal("kind" in selected && selected.kind, "invalid");
  });

  const names = fc.constantFrom("amd64", "arm64", "arm", "386", "s390x", "ppc64le");
  const extras = fc.dictionary(fc.string({ minLength: 1 }), fc.jsonValue({ noUnicodeString: false }));
  const sources = fc
    .tuple(fc.uniqueArray(names, { minLength: 1 }), extras, fc.boolean())
    .map(([architectures, extra, attested]) => {
      const children = architectures.map((architecture) => {
        // Extra keys of a descriptor must not overwrite its own.
        return { ...extra, ...child(architecture, { os: "linux", architecture }, { size: architecture.length }) };
      });
      const attestations = attested ? children.map((each, i) => attestation(`of ${i}`, each)) : [];
      return { children, manifest: index([...children, ...attestations], { annotations: { note: "x" } }) };
    });
  const selections = sources.chain(({ children, manifest }) =>
    fc.subarray(children, { minLength: 1 }).map((subset) => ({
      manifest,
      platforms: subset.map(({ platform }) => platformText(platform ?? assert.fail())).toSorted(),
    })),
  );

  test("property: the same source and platforms give the same bytes, which record them", () => {
    fc.assert(
      fc.property(selections, ({ manifest, platforms }) => {
        const [one, two] = [select(manifest, platforms), select({ ...manifest }, [...platforms])];
        assert.deepEqual(one.manifest, two.manifest);
        assert.deepEqual(readSelection(one.manifest), { source: manifest.digest, platforms });
      }),
    );
  });

  test("property: every descriptor equals the source's, in the same order", () => {
    fc.assert(
      fc.property(selections, ({ manifest, platforms }) => {
        const source = (JSON.parse(Buffer.from(manifest.bytes).toString()) as { manifests: Child[] }).manifests;
        const selected = select(manifest, platforms);
        const kept = new Set(selected.children.map(({ digest }) => digest as string));
        assert.deepEqual(
          body(selected).manifests,
          source.filter(({ digest }) => kept.has(digest)),
        );
      }),
    );
  });

  test("property: selecting the same platforms again changes no child", () => {
    fc.assert(
      fc.property(selections, ({ manifest, platforms }) => {
        const once = select(manifest, platforms);
        assert.deepEqual(select(once.manifest, platforms).children, once.children);
      }),
    );
  });
});

test("an index without valid annotations has no selection", () => {
  const cases: object[] = [
    {},
    { annotations: null },
    { annotations: { [SOURCE_DIGEST]: AMD64.digest } },
    { annotations: { [SOURCE_DIGEST]: "sha256:short", [PLATFORMS]: "linux/amd64" } },
    { annotations: { [SOURCE_DIGEST]: 1, [PLATFORMS]: "linux/amd64" } },
  ];
  for (const more of cases) assert.equal(readSelection(index([AMD64], more)), undefined, JSON.stringify(more));
});
