import { canonicalRegistry, DOCKER_HUB, parseReference, type Reference } from "../../oci/reference.ts";
import { isPublicRegistry, websiteProblem } from "../../oci/registry-names.ts";
import { readEcrHost } from "../../registry/hosts/ecr-host.ts";
import { quote, type Diagnostic } from "../text/problem.ts";

/** Longer texts do not fit in a hint, and are no image names. */
const MAX_SHOWN = 300;

/** Reads the name of an image, or describes what is wrong with it and shows the name that was probably meant. */
export function readImageName(text: string): Reference | Diagnostic {
  const reference = parseReference(text);
  const noImage = noImageDiagnostic(text, reference);
  if (noImage !== undefined) return noImage;
  const message = typeof reference === "string" ? reference : registryProblem(text, reference);
  if (message === undefined && typeof reference !== "string") return reference;
  const meant = text.length > MAX_SHOWN ? undefined : nameMeant(text);
  const hint = meant === undefined ? otherHint(text) : `write ${quote(meant)}`;
  return {
    message: SCHEME.test(text) ? `${quote(text)} is not an image name` : (message ?? ""),
    ...(hint === undefined ? {} : { hint }),
  };
}

function registryProblem(text: string, { registry }: Reference): string | undefined {
  return API_ADDRESS.test(text) ? `${quote(text)} is an address of Docker Hub's API` : websiteProblem(registry);
}

/** Describes a name that Docker accepts, but that cannot be mirrored: `scratch`, and the host of a registry alone. */
function noImageDiagnostic(text: string, reference: Reference | string): Diagnostic | undefined {
  if (
    typeof reference !== "string" &&
    reference.registry === DOCKER_HUB &&
    reference.repository === "library/scratch"
  ) {
    return { message: `${quote(text)} is Docker's word for an empty base, which no registry has`, hint: "remove it" };
  }
  const host = text.replace(/\/+$/, "");
  const registry = canonicalRegistry(host);
  const name = host.replace(/:[0-9]+$/, "");
  if (!isPublicRegistry(registry) && readEcrHost(registry) === undefined && name !== "localhost") return undefined;
  const example = registry === DOCKER_HUB ? "library/python:3.12-slim" : "NAMESPACE/NAME:TAG";
  return { message: `${quote(text)} is a registry, not an image`, hint: `add the image: ${host}/${example}` };
}

/** What to do about a text that no image name is close to. */
function otherHint(text: string): string | undefined {
  if (/^[^@]*:(?![^/]*<[A-Za-z])[^/]*[*^<>=~|]/.test(text)) {
    return 'a tag has no wildcards or ranges: select tags with "tags", such as tags: { semver: ">=20 <25" }';
  }
  if (/^\[?[0-9a-f:]*:[0-9a-f:]*:[0-9a-f:]*/i.test(text)) {
    return "write an IPv6 address in brackets, without a zone: [2001:db8::1]:5000/app:1";
  }
  if (/\{\{|\$[A-Za-z_(]|<[A-Za-z]/.test(text)) {
    return "write the name in full; variables have the form ${MIRRORFORM_VAR_NAME}";
  }
  if (/sha\d+:|@/.test(text)) return "write all 64 digits of the digest: NAME@sha256:DIGITS";
  return /^\S+(?:\s*,\s*\S+)+$/.test(text) ? "write an entry for each image" : undefined;
}

/** Docker's own name of Docker Hub, `https://index.docker.io/v1/`, and its API. No namespace is called v1 or v2. */
const API_ADDRESS = /^(?:index\.|registry-1\.)?docker\.io(?::443)?\/v[12](?:\/|$)/i;

/** A URL's scheme, or a transport of skopeo and podman (containers-transports(5)). */
const SCHEME =
  /^(?:[a-z][a-z0-9+.-]*:\/\/|(?:docker-daemon|docker-archive|containers-storage|oci|registry):(?=[^/]*[/:]))/i;

/** What people write in front of an image name, or around it. */
const AROUND: readonly (readonly [RegExp, string])[] = [
  [/^[\s"']+|[\s"',;]+$/g, ""],
  [/^(?:docker|podman) (?:image )?pull\s+/i, ""],
  [/^FROM\s+/i, ""],
  [/^--platform[= ]\S+\s+/, ""],
  [/\s+AS\s+\S+$/i, ""],
  [/^(?:image|repository)\s*[:=]\s*["']?/i, ""],
];

/** Pages that show an image, and the name of the image on the page. */
const PAGES: readonly (readonly [RegExp, string])[] = [
  [/^([^/]+)\/v2\/(.+)\/manifests\/([^/?#]+)$/, "$1/$2:$3"],
  [/^hub\.docker\.com\/_\/([^/?#]+).*$/i, "$1"],
  [/^hub\.docker\.com\/layers\/library\/([^/?#]+)\/([^/?#]+).*$/i, "$1:$2"],
  [/^hub\.docker\.com\/layers\/([^/?#]+\/[^/?#]+)\/([^/?#]+).*$/i, "$1:$2"],
  [/^hub\.docker\.com\/(?:r|u|repository\/docker)\/([^/?#]+\/[^/?#]+).*$/i, "$1"],
  [
    /^hub\.docker\.com\/v2\/(?:repositories|namespaces)\/([^/?#]+)\/(?:repositories\/)?([^/?#]+).*$/i,
    "hub.docker.com/$1/$2",
  ],
  [/^(?:index\.|registry-1\.)?docker\.io(?::443)?\/v[12]\/(?:library\/)?/i, ""],
  // The other hosts of Docker are no registry.
  [
    /^(?!(?:index\.|registry-1\.)?docker\.io)(?:[a-z0-9-]+\.)?(?:(?:hub|cloudflare)\.)?docker\.(?:io|com)(?::443)?\/(?:v[12]\/)?(?:library\/)?/i,
    "",
  ],
  [/^quay\.io\/repository\/([^?#]+).*$/, "quay.io/$1"],
  [/^gallery\.ecr\.aws\//, "public.ecr.aws/"],
  [/^github\.com\/(?:orgs|users)\/([^/]+)\/packages\/container\/(?:package\/)?([^/?#]+).*$/, "ghcr.io/$1/$2"],
  [/^github\.com\/([^/]+)\/[^/]+\/pkgs\/container\/([^/?#]+).*$/, "ghcr.io/$1/$2"],
  [/^github\.com\//, "ghcr.io/"],
  [/^gitlab\.com\//, "registry.gitlab.com/"],
];

/** Slips in the name itself. */
const SLIPS: readonly (readonly [RegExp, string])[] = [
  [/\/{2,}/g, "/"],
  [/[?#].*$/, ""],
  [/[:/@]+$/, ""],
  [/:sha256[:@]/, "@sha256:"],
  [/@(?!sha\d+:)([\w.-]+)$/, ":$1"],
  [/\s*:\s*/g, ":"],
  [/^(\S+)\s+(\S+)$/, "$1:$2"],
];

function nameMeant(text: string): string | undefined {
  // A name before "@" in a URL may be followed by a password.
  if (text.includes("://") && /@(?!sha\d+:)/.test(text)) return undefined;
  const bare = replaceAll(text, AROUND).replace(SCHEME, "").replace(/^\/+/, "");
  const named = replaceAll(replaceAll(bare, PAGES), SLIPS);
  return [named, lowerCaseName(named)].find((name) => name !== text && isImageName(name));
}

function replaceAll(text: string, replacements: readonly (readonly [RegExp, string])[]): string {
  return replacements.reduce((result, [pattern, replacement]) => result.replace(pattern, replacement), text);
}

/** Puts the repository in lower case, but not the tag. */
function lowerCaseName(name: string): string {
  const colon = name.indexOf(":", name.lastIndexOf("/") + 1);
  return colon < 0 ? name.toLowerCase() : name.slice(0, colon).toLowerCase() + name.slice(colon);
}

function isImageName(name: string): boolean {
  const reference = parseReference(name);
  if (typeof reference === "string" || registryProblem(name, reference) !== undefined) return false;
  return noImageDiagnostic(name, reference) === undefined;
}
