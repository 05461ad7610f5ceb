import type { FoundImage } from "../found-image.ts";
import { imageValue } from "../image-value.ts";
import { MAX_NAME_LENGTH } from "../text/max-name.ts";
import type { YamlScalar } from "./yaml-documents.ts";

/** An image whose parts have keys of their own. */
export interface ImageFields {
  readonly registry?: YamlScalar | undefined;
  readonly repository: YamlScalar;
  readonly tag?: YamlScalar | undefined;
  readonly digest?: YamlScalar | undefined;
  /** The key of the tag, for an image that has none. */
  readonly tagName: string;
}

/** Returns the image that several keys name together. Without a tag and a digest, something else decides the tag. */
export function fieldsImage(at: string, { registry, repository, tag, digest, tagName }: ImageFields): FoundImage {
  const name = registry === undefined ? repository.text : `${registry.text.replace(/\/+$/, "")}/${repository.text}`;
  const text = [
    name,
    ...(tag === undefined ? [] : [`:${tag.text}`]),
    ...(digest === undefined ? [] : [`@${digest.text}`]),
  ].join("");
  const isComplete = tag !== undefined || digest !== undefined || /[:@][^/]*$/.test(repository.text);
  const unresolved = isComplete ? templatesIn(text) : [tagName];
  const spans = {
    ...(registry === undefined ? {} : { registry: registry.span }),
    repository: repository.span,
    ...(tag === undefined ? {} : { tag: tag.span }),
    ...(digest === undefined ? {} : { digest: digest.span }),
  };
  return {
    at,
    span: repository.span,
    text,
    value: imageValue({ text, unresolved }),
    edit: { kind: "fields", ...spans },
  };
}

/** Returns the expressions of Go templates: some charts expand their values. */
export function templatesIn(text: string): readonly string[] {
  if (text.length > MAX_NAME_LENGTH) return [];
  return [...new Set(Array.from(text.matchAll(/\{\{-?\s*(.*?)\s*-?\}\}/g), ([, expression]) => expression ?? ""))];
}
