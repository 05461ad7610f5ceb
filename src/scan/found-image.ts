import type { Reference } from "../oci/reference.ts";

/** A part of a file's text: offsets in UTF-16 units, the end exclusive. */
export interface Span {
  readonly start: number;
  readonly end: number;
}

/** A place in a file that names an image. */
export interface FoundImage {
  /** Where it is in the file, in the format's own words: `FROM`, `services.web.image`. */
  readonly at: string;
  /** The text that names the image, without quotes. Its start is the position that messages show. */
  readonly span: Span;
  /** The name as the file writes it, with its variables. */
  readonly text: string;
  readonly value: ImageValue;
  /** The platform that the file asks for: `linux/arm64`. It can contain variables. */
  readonly platform?: string;
  readonly edit: Edit;
}

/** What a place names, after its variables were expanded. */
export type ImageValue =
  | { readonly kind: "image"; readonly reference: Reference }
  /** Depends on something that is not in the file. */
  | { readonly kind: "unresolved"; readonly variables: readonly string[] }
  /** Is not the name of an image. */
  | { readonly kind: "invalid"; readonly message: string };

/** Which parts of the text have to change to name the image elsewhere. */
export type Edit =
  /** The span holds the whole name. */
  | { readonly kind: "whole"; readonly span: Span }
  /** The span holds the registry and the repository. The tag comes from a variable. */
  | { readonly kind: "name"; readonly span: Span }
  /** The parts have keys of their own, as in the values of a chart. */
  | {
      readonly kind: "fields";
      readonly registry?: Span;
      readonly repository: Span;
      readonly tag?: Span;
      readonly digest?: Span;
    }
  /** Has to be changed by hand. */
  | { readonly kind: "none"; readonly reason: string };
