import { withAlternates, type AlternateSource } from "../apply/blobs/read-from-alternates.ts";
import type { ImageSource } from "../apply/ports.ts";
import type { MirrorFile } from "../desired/mirror-file.ts";
import { repositoryAtAlternate } from "../desired/places/sources.ts";
import type { Credential } from "../registry/auth/credential.ts";
import { publicRepositories } from "../registry/api/public-repositories.ts";
import type { Registry } from "../registry/registry.ts";

/** What the alternates of a run's sources are opened with. */
interface AlternatesContext {
  sources: MirrorFile["sources"];
  /** Who we are at a source, at the host that is really asked. */
  credentialAt: (registry: string) => Promise<Credential | undefined>;
  /** A source as the mirror file has it. */
  imageSource: (registry: string) => ImageSource;
  /** A registry asked as the public asks. */
  anonymousAt: (registry: string) => { client: Registry; images: ImageSource };
}

/** Gives a source of images as it is read in a run: what its alternates have is read there first. */
export function openAlternates(context: AlternatesContext): (registry: string) => ImageSource {
  const { sources, credentialAt, imageSource, anonymousAt } = context;
  return (registry) => {
    const credential = () => credentialAt(registry);
    const isPublic = publicRepositories(registry, credential, () => anonymousAt(registry).client);
    return withAlternates(imageSource(registry), alternatesOf(registry), isPublic);
  };

  /** The alternates of a source, for the names that `only` admits. */
  function alternatesOf(registry: string): AlternateSource[] {
    return (sources.get(registry)?.alternates ?? []).map((alternate) => ({
      // As anybody, unless the mirror file names it as a source of its own: credentials may be meant for that.
      source: sources.has(alternate.registry)
        ? imageSource(alternate.registry)
        : anonymousAt(alternate.registry).images,
      repositoryAt: (repository) => repositoryAtAlternate(alternate, repository),
    }));
  }
}
