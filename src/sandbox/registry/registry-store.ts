import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { wallClock, type WallClock } from "../wall-clock.ts";

/** What happened to a store, told after it happened. */
interface StoreChange {
  kind: "repository" | "blob" | "manifest" | "tag" | "removal";
  repository: string;
  /** The tag or digest that changed; of a repository, its name. */
  subject: string;
}

/** A manifest as it was pushed, and when. */
export interface StoredManifest extends Manifest {
  pushedAt: Date;
}

/** One repository. Maps may be read freely; they are written through the {@link Store}, which tells its watchers. */
export interface Repository {
  name: string;
  createdAt: Date;
  blobs: Map<Digest, Uint8Array>;
  manifests: Map<Digest, StoredManifest>;
  tags: Map<string, Digest>;
}

/** All that one registry holds, in memory. */
export interface Store {
  repositories: Map<string, Repository>;
  repository(name: string): Repository | undefined;
  /** The repository of that name, made where it is missing. */
  create(name: string): Repository;
  remove(name: string): void;
  putBlob(repository: Repository, digest: Digest, bytes: Uint8Array): void;
  /** Stores a manifest and points the tags at it, in one step: no state in between can be seen. */
  putManifest(repository: Repository, manifest: Manifest, tags?: readonly string[]): StoredManifest;
  removeBlob(repository: Repository, digest: Digest): boolean;
  /** Removes a manifest and every tag that names it. */
  removeManifest(repository: Repository, digest: Digest): boolean;
  removeTag(repository: Repository, tag: string): boolean;
  /** Calls back after every change, before anything else can happen. Returns what ends it. */
  watch(listener: (change: StoreChange) => void): () => void;
}

/** An empty store. `clock` dates repositories and pushes. */
export function createStore(clock: WallClock = wallClock): Store {
  const repositories = new Map<string, Repository>();
  const watchers = new Set<(change: StoreChange) => void>();
  const tell = (kind: StoreChange["kind"], repository: string, subject: string): void => {
    for (const watcher of watchers) watcher({ kind, repository, subject });
  };
  const removal = (removed: boolean, repository: Repository, subject: string): boolean => {
    if (removed) tell("removal", repository.name, subject);
    return removed;
  };

  return {
    repositories,
    repository: (name) => repositories.get(name),
    create(name) {
      const existing = repositories.get(name);
      if (existing !== undefined) return existing;
      const made: Repository = {
        name,
        createdAt: clock(),
        blobs: new Map(),
        manifests: new Map(),
        tags: new Map(),
      };
      repositories.set(name, made);
      tell("repository", name, name);
      return made;
    },
    remove(name) {
      if (repositories.delete(name)) tell("removal", name, name);
    },
    putBlob(repository, digest, bytes) {
      repository.blobs.set(digest, bytes);
      tell("blob", repository.name, digest);
    },
    putManifest(repository, manifest, tags = []) {
      const stored = repository.manifests.get(manifest.digest) ?? { ...manifest, pushedAt: clock() };
      repository.manifests.set(stored.digest, stored);
      for (const tag of tags) repository.tags.set(tag, stored.digest);
      tell("manifest", repository.name, stored.digest);
      for (const tag of tags) tell("tag", repository.name, tag);
      return stored;
    },
    removeBlob: (repository, digest) => removal(repository.blobs.delete(digest), repository, digest),
    removeManifest(repository, digest) {
      for (const [tag, named] of repository.tags) {
        if (named === digest) repository.tags.delete(tag);
      }
      return removal(repository.manifests.delete(digest), repository, digest);
    },
    removeTag: (repository, tag) => removal(repository.tags.delete(tag), repository, tag),
    watch(listener) {
      watchers.add(listener);
      return () => watchers.delete(listener);
    },
  };
}
