import { withAlternates, type AlternateSource } from "../apply/blobs/read-from-alternates.ts";
import type { ImageSource } from "../apply/ports.ts";
import type { Clock } from "../clock.ts";
import type { MirrorFile } from "../desired/mirror-file.ts";
import { repositoryAtAlternate } from "../desired/places/sources.ts";
import type { Credential } from "../registry/auth/credential.ts";
import { publicRepositories } from "../registry/api/public-repositories.ts";
import type { Registry } from "../registry/registry.ts";

/** Dependencies of {@link openAlternates}. */
interface AlternatesContext {
  clock: Clock;
  sources: MirrorFile["sources"];
  /** Whether a registry counts pulls. If so, it is not asked as an alternate, where no pull is reserved. */
  hasPullLimit: (registry: string) => boolean;
  /** Returns the credential for the host that serves a source. */
  credentialAt: (registry: string) => Promise<Credential | undefined>;
  /** Returns a source as configured in the mirror file. */
  imageSource: (registry: string) => ImageSource;
  /** Returns a registry with anonymous access. */
  anonymousAt: (registry: string) => { client: Registry; images: ImageSource };
}

/** Returns a function that opens a source, which reads from its alternates first. */
export function openAlternates(context: AlternatesContext): (registry: string) => ImageSource {
  const { clock, sources, hasPullLimit, credentialAt, imageSource, anonymousAt } = context;
  return (registry) => {
    const credential = () => credentialAt(registry);
    const isPublic = publicRepositories(registry, credential, () => anonymousAt(registry).client);
    return withAlternates(imageSource(registry), alternatesOf(registry), isPublic, clock);
  };

  /** Returns the alternates of a source, limited to the names in `only`. */
  function alternatesOf(registry: string): AlternateSource[] {
    const uncounted = (sources.get(registry)?.alternates ?? []).filter((each) => !hasPullLimit(each.registry));
    return uncounted.map((alternate) => ({
      // Anonymous, unless the mirror file also lists it as a source, because credentials may be for that use.
      source: sources.has(alternate.registry)
        ? imageSource(alternate.registry)
        : anonymousAt(alternate.registry).images,
      repositoryAt: (repository) => repositoryAtAlternate(alternate, repository),
    }));
  }
}
