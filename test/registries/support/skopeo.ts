import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "../../support/command.ts";

/** A place that skopeo reads from: `127.0.0.1:5000/team/app`, with the credentials file that it needs. */
export interface SkopeoPlace {
  repository: string;
  authFile?: string;
}

/** An index or manifest and those below it, as bytes. */
export type ManifestTree = Map<string, string>;

/** Copies an image of an OCI layout with all its platforms to a registry. */
export async function push(layout: string, image: string): Promise<void> {
  await output("skopeo", ["copy", "--all", "--dest-tls-verify=false", `oci:${layout}`, `docker://${image}`]);
}

/** Copies within a registry, turning OCI manifests into Docker's schema 2 and the index into a manifest list. */
export async function copyAsDocker(from: string, to: string): Promise<void> {
  const insecure = ["--src-tls-verify=false", "--dest-tls-verify=false"];
  await output("skopeo", ["copy", "--all", "--format", "v2s2", ...insecure, `docker://${from}`, `docker://${to}`]);
}

/** The bytes that a tag or digest names: `reference` is `:1.0` or `@sha256:…`. */
export async function inspectRaw(place: SkopeoPlace, reference: string): Promise<string> {
  return await output("skopeo", [
    "inspect",
    "--raw",
    "--tls-verify=false",
    ...authFile(place, "--authfile"),
    `docker://${place.repository}${reference}`,
  ]);
}

/** Everything that a tag names: the manifest at the tag under the key "tag", each child under its digest. */
export async function readTree(place: SkopeoPlace, tag: string): Promise<ManifestTree> {
  const root = await inspectRaw(place, `:${tag}`);
  const tree: ManifestTree = new Map([["tag", root]]);
  const { manifests = [] } = JSON.parse(root) as { manifests?: { digest: string }[] };
  for (const { digest } of manifests) tree.set(digest, await inspectRaw(place, `@${digest}`));
  return tree;
}

/**
 * Copies a tag with all its platforms to disk, as skopeo does it: every manifest and blob is checked against its
 * digest on the way; then the files are hashed once more.
 * @returns how many files were hashed
 */
export async function verifyOnDisk(place: SkopeoPlace, tag: string): Promise<number> {
  const folder = await mkdtemp(join(tmpdir(), "skopeo-"));
  try {
    await output("skopeo", [
      "copy",
      "--all",
      "--preserve-digests",
      "--src-tls-verify=false",
      ...authFile(place, "--src-authfile"),
      `docker://${place.repository}:${tag}`,
      `dir:${folder}`,
    ]);
    const blobs = (await readdir(folder)).filter((name) => /^[0-9a-f]{64}(\.manifest\.json)?$/.test(name));
    for (const name of blobs) {
      const hash = createHash("sha256")
        .update(await readFile(join(folder, name)))
        .digest("hex");
      if (!name.startsWith(hash)) throw new Error(`${place.repository}:${tag}: ${name} has the bytes of ${hash}`);
    }
    return blobs.length;
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Copies one platform of a tag to disk, for as long as `read` takes. @throws where the tag has no such platform */
export async function pullPlatform<T>(
  place: SkopeoPlace,
  tag: string,
  platform: string,
  read: (folder: string) => Promise<T>,
): Promise<T> {
  const [os = "", architecture = "", variant] = platform.split("/");
  const folder = await mkdtemp(join(tmpdir(), "skopeo-"));
  try {
    await output("skopeo", [
      "--override-os",
      os,
      "--override-arch",
      architecture,
      ...(variant === undefined ? [] : ["--override-variant", variant]),
      "copy",
      "--preserve-digests",
      "--src-tls-verify=false",
      ...authFile(place, "--src-authfile"),
      `docker://${place.repository}:${tag}`,
      `dir:${folder}`,
    ]);
    return await read(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function authFile(place: SkopeoPlace, option: string): string[] {
  return place.authFile === undefined ? [] : [option, place.authFile];
}
