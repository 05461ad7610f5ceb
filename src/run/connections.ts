import type { Dispatcher } from "undici";

import type { ImageSource, ImageTarget } from "../apply/ports.ts";
import type { RepositoryAdmin } from "../repository/repository-admin.ts";
import { createHeldPlatforms } from "../actual/held-platform.ts";
import type { HeldReader } from "../actual/read-held.ts";
import type { ReadableTarget } from "../actual/read-target.ts";
import type { MirrorFile, Target } from "../desired/mirror-file.ts";
import { classifyResponse } from "../dockerhub/classify-response.ts";
import { CATALOGUE_HOST, createCatalogue, type Catalogue } from "../dockerhub/catalogue.ts";
import { MirrorError } from "../errors.ts";
import { environmentSuffix, SANDBOX_VARIABLE } from "../oci/environment-suffix.ts";
import { canonicalRegistry, DOCKER_HUB } from "../oci/reference.ts";
import type { PullBudget } from "../dockerhub/pull-budget.ts";
import { isPullLimit, redactPullLimit } from "../dockerhub/pull-limit-response.ts";
import { createEcrRateLimits, quotaScopeOf, registryRateLimiter, type QuotaScope } from "../ecr/aws/rate-limits.ts";
import { ecrSourceCredentials } from "../ecr/source/source-credentials.ts";
import { ecrSourceTags, type ListSourceTags } from "../ecr/source/source-tags.ts";
import type { Emit } from "../events.ts";
import { layoutRoot } from "../layout/layout-root.ts";
import { layoutSource } from "../layout/layout-source.ts";
import { layoutTarget } from "../layout/target/layout-target.ts";
import { dockerCredentials, type Credentials } from "../registry/auth/credentials.ts";
import { endpointFrom } from "../ecr/endpoints/service-endpoint.ts";
import { operatorsHosts } from "../registry/dns/resolved-address.ts";
import { abortError } from "../registry/http/abort-error.ts";
import { createDispatcher } from "../registry/http/dispatcher.ts";
import { endpointFor } from "../registry/hosts/registry-endpoint.ts";
import { registryKindOf } from "../registry/hosts/registry-kind.ts";
import { createHosts } from "../registry/hosts/host-limits.ts";
import { createRegistry, type Registry } from "../registry/registry.ts";
import type { RegistryOptions } from "../registry/registry-options.ts";
import { registryTarget } from "../registry/registry-target.ts";
import { skipBlobChecks } from "../registry/skip-blob-checks.ts";
import { untilAborted } from "../until-aborted.ts";
import type { PullBudgets } from "./pull-budgets.ts";
import { reserveTargetPulls } from "./target-pulls.ts";
import { openAlternates } from "./open-alternates.ts";
import { createEndpoints } from "./endpoints.ts";
import { concurrencyOf } from "./host-concurrency.ts";
import type { RunContext } from "./run-context.ts";

/** A target that can be read and written. */
export interface OpenTarget extends ReadableTarget {
  images: ImageTarget;
  admin: RepositoryAdmin | undefined;
}

/** The part of the registry client that a source needs. Layouts implement it too. */
export type SourceClient = Pick<
  Registry,
  "name" | "headManifest" | "getManifest" | "listTags" | "listReferrers" | "openBlob"
>;

/** Connections to every registry of a run. Each is opened on first use. */
export interface Connections {
  source(registry: string): SourceClient;
  /** Returns a source that reads from its alternates first. */
  imageSource(registry: string): ImageSource;
  /** Returns the address of a registry or of the catalogue. */
  endpoint(host: string): URL;
  /** Returns whether the environment or the mirror file sets another address for a host. */
  isRedirected(host: string): boolean;
  /**
   * Returns Docker Hub's catalogue of tags; undefined if a layout replaces Docker Hub. For optional use, it is also
   * undefined if Docker Hub has another address but the catalogue does not, because the catalogue may be unreachable.
   */
  catalogue(use: "required" | "optional"): Catalogue | undefined;
  /** Returns a function that lists tags with their dates at an ECR source; undefined for other sources. */
  ecrTags(registry: string): ListSourceTags | undefined;
  dispatcher: Dispatcher;
  credentials: Credentials;
  /** @throws MirrorError if the target is unreachable or rejects the credentials */
  openTarget(target: Target): Promise<OpenTarget>;
  close(): Promise<void>;
}

/** Creates the connections of a run. The only place that depends on every kind of source and target. */
export function openConnections(
  sources: MirrorFile["sources"],
  pullBudgets: PullBudgets,
  emit: Emit,
  context: RunContext,
): Connections {
  const { environment, clock, random } = context;
  const ownHosts = operatorsHosts(environment);
  const dispatcher = createDispatcher({ environment, operatorsHosts: ownHosts });
  const found = dockerCredentials({ environment, homeDirectory: context.homeDirectory });
  const credentials = withAbort(found, context.signal);
  const opened = new Map<string, SourceClient>();
  const anonymous = new Map<string, Registry>();
  let catalogue: Catalogue | undefined;
  const rateLimits = createEcrRateLimits({ clock, random });
  const readPlatform = createHeldPlatforms();

  const endpoint = createEndpoints(sources, environment);
  const hosts = createHosts((host) => concurrencyOf(host, sources, endpoint));
  const shared = { dispatcher, emit, clock, random, hosts };
  const ecrContext = { ...shared, environment, rateLimits };

  const isRedirected = (host: string): boolean => endpoint(host).href !== endpointFor(host, { environment: {} }).href;

  const source = (registry: string): SourceClient => {
    const known = opened.get(registry);
    if (known !== undefined) return known;
    const layout = sources.get(registry)?.layout;
    const created =
      layout === undefined
        ? openRegistry(registry, credentialsFor(registry), counted(registry))
        : layoutSource(layoutRoot({ ...layout, side: "source", clock, random }), registry);
    opened.set(registry, created);
    return created;
  };

  const openRegistry = (registry: string, known: Credentials, more: Partial<RegistryOptions>): Registry =>
    createRegistry({
      ...shared,
      name: registry,
      side: "source",
      credentials: known,
      endpoint: endpoint(registry),
      ...(pullBudgets.has(registry) ? { registryKind: registryKindOf(DOCKER_HUB) } : {}),
      // A 429 for the pull limit is not retried.
      ...(pullBudgets.budget(registry) === undefined ? {} : { isPullLimit, redact: redactPullLimit }),
      ...more,
    });

  const counted = (registry: string): Partial<RegistryOptions> => {
    const budget = pullBudgets.budget(registry);
    return budget === undefined ? {} : { track: trackPulls(registry, budget, emit) };
  };

  const credentialsFor = (registry: string): Credentials =>
    ecrSourceCredentials(registry, credentials, ecrContext, context.signal);

  /** Not tracked, because anonymous requests count against another pull limit. */
  const anonymousAt = (registry: string): Registry => {
    const created = anonymous.get(registry) ?? openRegistry(registry, ANONYMOUS, {});
    anonymous.set(registry, created);
    return created;
  };

  const imageSource = openAlternates({
    clock,
    sources,
    hasPullLimit: pullBudgets.has,
    credentialAt: (registry) => credentialsFor(registry).lookup(endpoint(registry).host),
    imageSource: (registry) => imageSourceOf(source(registry)),
    anonymousAt: (registry) => ({ client: anonymousAt(registry), images: imageSourceOf(anonymousAt(registry)) }),
  });

  return {
    dispatcher,
    credentials,
    endpoint,
    isRedirected,
    source,
    catalogue(use) {
      const isElsewhere = isRedirected(DOCKER_HUB) && !isRedirected(CATALOGUE_HOST);
      if (sources.get(DOCKER_HUB)?.layout !== undefined || (use === "optional" && isElsewhere)) return undefined;
      return (catalogue ??= createCatalogue({ endpoint: endpoint(CATALOGUE_HOST), ...shared }));
    },
    ecrTags: (registry) =>
      sources.get(registry)?.layout === undefined ? ecrSourceTags(registry, ecrContext) : undefined,
    imageSource,
    openTarget(target) {
      switch (target.kind) {
        case "ecr":
          return openEcrTarget(target);
        case "oci":
          return openOciTarget(target);
        case "layout":
          return Promise.resolve(openLayoutTarget(target));
      }
    },
    close: () => dispatcher.close(),
  };

  /** Returns the methods that a plan uses to read a target's images. */
  function readsOf(images: ImageTarget & Pick<HeldReader, "readTagged">): HeldReader {
    const { readTags, readManifest, readTagged } = images;
    const platformAt: HeldReader["readPlatform"] = (...wanted) => readPlatform(images, ...wanted);
    return { readTags, readManifest, readTagged, readPlatform: platformAt };
  }

  function openRegistryTarget(
    address: URL,
    known: Credentials,
    more: Partial<RegistryOptions> = {},
    ecr: QuotaScope | undefined = quotaScopeOf(address.host),
  ): Registry {
    const rateLimiter = ecr === undefined ? undefined : registryRateLimiter(rateLimits(ecr));
    const target = {
      name: canonicalRegistry(address.host),
      side: "target",
      credentials: known,
      endpoint: address,
    } as const;
    return createRegistry({ ...shared, ...target, rateLimiter, ...more });
  }

  async function openOciTarget(target: Extract<Target, { kind: "oci" }>): Promise<OpenTarget> {
    const configured = target.endpoint.origin;
    refuseOutsideSandbox(target.endpoint.host, environment);
    const address = endpointFor(target.endpoint.host, { environment, configured });
    const host = canonicalRegistry(address.host);
    const counting = countedAtTarget(canonicalRegistry(target.endpoint.host));
    const images = skipBlobChecks(registryTarget(openRegistryTarget(address, credentials, counting), target.prefix));
    const registry = target.prefix === "" ? host : `${host}/${target.prefix}`;
    return { name: target.name, registry, ...readsOf(images), images, admin: undefined };
  }

  /** The manifests that are read at Docker Hub as a target cost pulls like those of a source. */
  function countedAtTarget(registry: string): Partial<RegistryOptions> {
    const budget = pullBudgets.budget(registry);
    if (budget === undefined) return {};
    const reservePull = reserveTargetPulls(budget, registry);
    return { ...counted(registry), isPullLimit, redact: redactPullLimit, registryKind: "docker-hub", reservePull };
  }

  function openLayoutTarget({ name, base, path }: Extract<Target, { kind: "layout" }>): OpenTarget {
    const root = layoutRoot({ base, path, side: "target", clock, random });
    const images = layoutTarget(root);
    return { name, registry: `oci:${root.shown}`, ...readsOf(images), images, admin: undefined };
  }

  async function openEcrTarget(target: Extract<Target, { kind: "ecr" }>): Promise<OpenTarget> {
    const [{ openEcr }, { ecrTarget }] = await Promise.all([import("../ecr/ecr.ts"), import("../ecr/ecr-target.ts")]);
    const ecr = await openEcr(target.ecr, ecrContext, context.signal);
    const { host, hostname } = ecr.endpoint;
    // An emulator of AWS names its registry.
    if (endpointFrom(environment, "ECR") !== undefined) ownHosts.add(hostname);
    const registry = openRegistryTarget(ecr.endpoint, ecr.credentials, { registryKind: "ecr" }, ecr);
    const images = ecrTarget(ecr, registry, clock);
    return {
      name: target.name,
      registry: host,
      ...readsOf(images),
      images,
      listTags: async (repository, signal) => {
        const images = await ecr.listImages(repository, "tagged", signal);
        return new Map(images.flatMap(({ digest, tags }) => tags.map((tag) => [tag, digest] as const)));
      },
      describeRepositories: (wanted, owner, signal) => ecr.describeRepositories(wanted, owner, signal),
      findOwned: (owner, signal) => ecr.findOwned(owner, signal),
      archivedTags: (repository, tags, signal) => ecr.archivedTags(repository, tags, signal),
      readAccount: (wanted, described, owner, signal) => ecr.readAccount(wanted, described, owner, signal),
      admin: ecr,
    };
  }
}

/** Throws in a sandbox that was started without this target: the registry that stands for sources is no target. */
function refuseOutsideSandbox(host: string, environment: RunContext["environment"]): void {
  const isUnset = (name: string) => (environment[name] ?? "") === "";
  if (isUnset(SANDBOX_VARIABLE) || !isUnset(`MIRRORFORM_ENDPOINT_${environmentSuffix(host)}`)) return;
  throw new MirrorError("this sandbox was started without the target, and nothing is sent to the real one", {
    code: "UNREACHABLE",
    side: "target",
    operation: "open target",
    reference: host,
    hint: "leave the sandbox and start it again: it has the targets that the mirror file names then",
  });
}

/** Ends a lookup at an abort: a credential helper itself is not aborted. */
function withAbort(credentials: Credentials, signal: AbortSignal): Credentials {
  const subject = { side: "credentials", operation: "look up credentials for" } as const;
  return {
    ...credentials,
    lookup: (host) =>
      untilAborted(credentials.lookup(host), signal, () => abortError(signal, { ...subject, reference: host })),
  };
}

/** For registries that must not get credentials. */
const ANONYMOUS: Credentials = { lookup: () => Promise.resolve(undefined) };

/** Tracks the pulls and pull limit of a source. */
function trackPulls(registry: string, budget: PullBudget, emit: Emit): NonNullable<RegistryOptions["track"]> {
  return ({ method, isManifest }) => {
    const isCounted = isManifest && method === "GET";
    const answered = budget.recordRequest(isCounted);
    return (answer) => {
      // The response to a write of a manifest names no limit, whether or not there is one.
      const meaning = classifyResponse(answer, isCounted || (isManifest && method === "HEAD"));
      answered(meaning);
      if (meaning.kind === "reading") emit({ type: "quota.reading", registry, reading: meaning.reading });
      if (isCounted && answer !== undefined && answer.status < 300) emit({ type: "pull.spent", registry });
    };
  };
}

/** Wraps a registry as a source of images. Each manifest request first waits for its pull. */
function imageSourceOf(registry: SourceClient): ImageSource {
  return {
    name: registry.name,
    async readManifest(repository, { digest }, signal, pulls) {
      await pulls.waitForPermit(signal);
      return registry.getManifest(repository, digest, signal, pulls.beforeSend);
    },
    openBlob: registry.openBlob,
  };
}
