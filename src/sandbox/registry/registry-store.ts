import type { Digest } from "../../oci/digest.ts";
import type { Manifest } from "../../oci/manifest.ts";
import { wallClock, type WallClock } from "../wall-clock.ts";

/** A change that has been made to a store. */
interface StoreChange {
  kind: "repository" | "blob" | "manifest" | "tag" | "removal";
  repository: string;
  /** The tag, digest or repository name that changed. */
  subject: string;
}

/** A manifest as pushed, with the time of the push. */
export interface StoredManifest extends Manifest {
  pushedAt: Date;
}

/** A repository. Write its maps only through the {@link Store}, which notifies its watchers. */
export interface Repository {
  name: string;
  createdAt: Date;
  blobs: Map<Digest, Uint8Array>;
  manifests: Map<Digest, StoredManifest>;
  tags: Map<string, Digest>;
}

/** The content of a registry, in memory. */
export interface Store {
  repositories: Map<string, Repository>;
  repository(name: string): Repository | undefined;
  /** Returns the repository of that name, creating it if it is missing. */
  create(name: string): Repository;
  remove(name: string): void;
  putBlob(repository: Repository, digest: Digest, bytes: Uint8Array): void;
  /** Stores a manifest and points the tags at it, atomically. */
  putManifest(repository: Repository, manifest: Manifest, tags?: readonly string[]): StoredManifest;
  removeBlob(repository: Repository, digest: Digest): boolean;
  /** Removes a manifest and all its tags. */
  removeManifest(repository: Repository, digest: Digest): boolean;
  removeTag(repository: Repository, tag: string): boolean;
  /** Calls the listener synchronously after every change. Returns a function that unsubscribes it. */
  watch(listener: (change: StoreChange) => void): () => void;
}

/** Creates an empty store. `clock` provides the dates of repositories and pushes. */
export function createStore(clock: WallClock = wallClock): Store {
  const repositories = new Map<string, Repository>();
  const watchers = new Set<(change: StoreChange) => void>();
  const notify = (kind: StoreChange["kind"], repository: string, subject: string): void => {
    for (const watcher of watchers) watcher({ kind, repository, subject });
  };
  const removal = (removed: boolean, repository: Repository, subject: string): boolean => {
    if (removed) notify("removal", repository.name, subject);
    return removed;
  };

  return {
    repositories,
    repository: (name) => repositories.get(name),
    create(name) {
      const existing = repositories.get(name);
      if (existing !== undefined) return existing;
      const created: Repository = {
        name,
        createdAt: clock(),
        blobs: new Map(),
        manifests: new Map(),
        tags: new Map(),
      };
      repositories.set(name, created);
      notify("repository", name, name);
      return created;
    },
    remove(name) {
      if (repositories.delete(name)) notify("removal", name, name);
    },
    putBlob(repository, digest, bytes) {
      repository.blobs.set(digest, bytes);
      notify("blob", repository.name, digest);
    },
    putManifest(repository, manifest, tags = []) {
      const stored = repository.manifests.get(manifest.digest) ?? { ...manifest, pushedAt: clock() };
      repository.manifests.set(stored.digest, stored);
      for (const tag of tags) repository.tags.set(tag, stored.digest);
      notify("manifest", repository.name, stored.digest);
      for (const tag of tags) notify("tag", repository.name, tag);
      return stored;
    },
    removeBlob: (repository, digest) => removal(repository.blobs.delete(digest), repository, digest),
    removeManifest(repository, digest) {
      for (const [tag, target] of repository.tags) {
        if (target === digest) repository.tags.delete(tag);
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
