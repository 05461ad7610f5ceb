import { basename } from "node:path/posix";

import type { FoundImage } from "../../found-image.ts";
import { expandVariables } from "../../text/expand-variables.ts";
import { MAX_NAME_LENGTH } from "../../text/max-name.ts";
import { scalarImage, type Expand } from "../scalar-image.ts";
import type { YamlValue } from "../yaml-documents.ts";
import { entriesOf, itemsOf, textOf, valueOf, type YamlKind } from "../yaml-kind.ts";

/** GitLab CI (docs.gitlab.com/ci/yaml, "image" and "services"). */
export const GITLAB_CI: YamlKind = {
  name: "gitlab-ci",
  accepts: (document, { path }) =>
    document.kind === "map" && /^(?:.*[._-])?gitlab-ci(?:[._-].*)?\.ya?ml$/i.test(basename(path)),
  *find(document) {
    const global = variablesOf(document);
    yield* imagesOfJob("", document, global);
    for (const [name, job] of entriesOf(document)) {
      if (NO_JOBS.has(name) || job.kind !== "map") continue;
      yield* imagesOfJob(`${name}.`, job, new Map([...global, ...variablesOf(job)]));
    }
  },
};

/** Global keywords whose maps are no jobs. */
const NO_JOBS: ReadonlySet<string> = new Set(["image", "variables", "workflow", "include", "stages", "cache", "spec"]);

function* imagesOfJob(at: string, job: YamlValue, variables: ReadonlyMap<string, string>): Generator<FoundImage> {
  const valueOfName = valuesOf(variables);
  const expand: Expand = (text) => expandVariables(text, valueOfName);
  yield* namedImage(`${at}image`, valueOf(job, "image"), expand);
  for (const [index, service] of itemsOf(valueOf(job, "services")).entries()) {
    yield* namedImage(`${at}services[${index}]`, service, expand);
  }
}

/** An image is its name, or a map with it. */
function* namedImage(at: string, node: YamlValue | undefined, expand: Expand): Generator<FoundImage> {
  const short = textOf(node);
  const image = short ?? textOf(valueOf(node, "name"));
  if (image !== undefined) yield scalarImage(short === undefined ? `${at}.name` : at, image, expand);
}

/** Returns the variables that the file sets, as `NAME: value` or `NAME: { value: … }`. */
function variablesOf(node: YamlValue): ReadonlyMap<string, string> {
  const variables = new Map<string, string>();
  for (const [name, value] of entriesOf(valueOf(node, "variables"))) {
    const text = textOf(value) ?? textOf(valueOf(value, "value"));
    if (text !== undefined) variables.set(name, text.text);
  }
  return variables;
}

/**
 * Returns a function from the names of variables to their values. A value can be put together from others; it is undefined
 * if they are not all in the file.
 */
function valuesOf(variables: ReadonlyMap<string, string>): (name: string) => string | undefined {
  const known = new Map<string, string | undefined>();
  const valueOf = (name: string, depth: number): string | undefined => {
    const value = variables.get(name);
    if (value === undefined || known.has(name) || depth > MAX_NESTED) return known.get(name);
    // Ends variables that name each other.
    known.set(name, undefined);
    const { text, unresolved } = expandVariables(value, (inner) => valueOf(inner, depth + 1));
    known.set(name, unresolved.length === 0 && text.length <= MAX_NAME_LENGTH ? text : undefined);
    return known.get(name);
  };
  return (name) => valueOf(name, 0);
}

const MAX_NESTED = 100;
