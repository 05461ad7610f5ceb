import { createHash } from "node:crypto";
import { mkdtemp, readFile, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { output } from "../../support/command.ts";

/** A repository that skopeo reads, such as `127.0.0.1:5000/team/app`, with the credentials file if needed. */
export interface SkopeoPlace {
  repository: string;
  authFile?: string;
}

/** A manifest and its children, as text. */
export type ManifestTree = Map<string, string>;

/** Copies an image with all its platforms from an OCI layout to a registry. */
export async function push(layout: string, image: string): Promise<void> {
  await output("skopeo", ["copy", "--all", "--dest-tls-verify=false", `oci:${layout}`, `docker://${image}`]);
}

/** Copies an image within a registry, converting it to a Docker manifest list of schema 2 manifests. */
export async function copyAsDocker(from: string, to: string): Promise<void> {
  const insecure = ["--src-tls-verify=false", "--dest-tls-verify=false"];
  await output("skopeo", ["copy", "--all", "--format", "v2s2", ...insecure, `docker://${from}`, `docker://${to}`]);
}

/** Reads a manifest. `reference` is `:1.0` or `@sha256:…`. */
export async function inspectRaw(place: SkopeoPlace, reference: string): Promise<string> {
  return await output("skopeo", [
    "inspect",
    "--raw",
    "--tls-verify=false",
    ...authFile(place, "--authfile"),
    `docker://${place.repository}${reference}`,
  ]);
}

/** Reads a tag and its children: the manifest of the tag under the key "tag", each child under its digest. */
export async function readTree(place: SkopeoPlace, tag: string): Promise<ManifestTree> {
  const root = await inspectRaw(place, `:${tag}`);
  const tree: ManifestTree = new Map([["tag", root]]);
  const { manifests = [] } = JSON.parse(root) as { manifests?: { digest: string }[] };
  for (const { digest } of manifests) tree.set(digest, await inspectRaw(place, `@${digest}`));
  return tree;
}

/**
 * Copies a tag with all its platforms to disk with skopeo, which verifies every digest, and then hashes the files again.
 * @returns the number of files
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

/** Copies one platform of a tag to a temporary folder and calls `read`. @throws Error if the tag lacks the platform */
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
