import { findInDockerfile } from "../dockerfile/find-in-dockerfile.ts";
import { editOf } from "../edit-of.ts";
import type { Edit, FoundImage, Span } from "../found-image.ts";
import { imageValue } from "../image-value.ts";
import type { SourceFile } from "../source-file.ts";
import { unknownExpressions } from "../text/unknown-expressions.ts";
import { hclAttributes, type Attribute } from "./attributes.ts";

const expand = unknownExpressions(/[$%]\{(.*?)\}/gs);

/** Resources whose `image` is one of containers. Those of machines have names such as `debian-cloud/debian-12`. */
const CONTAINERS =
  /^(?:resource|data) (?:aws|azurerm_container|azurerm_(?:linux|windows)_|docker|google_cloud_run|kubernetes|nomad|podman|scaleway_container)/;

/** Finds the images of Terraform's files: attributes `image` and `image_uri`, and the name of a `docker_image`. */
export function findInTerraform({ text }: SourceFile): FoundImage[] {
  return hclAttributes(text).flatMap((attribute) => {
    const { name, path } = attribute;
    const block = path[0] ?? "";
    const isName = name === "name" && path.length === 1 && /^(?:resource|data) docker_(?:registry_)?image /.test(block);
    const isImage = name === "image_uri" || (name === "image" && isOfContainer(block, attribute.text));
    return isImage || isName ? [imageOf(attribute, attribute.text, attribute.span)] : [];
  });
}

/** Elsewhere, as in modules and locals, only a tag, a digest or a host shows that a text names an image. */
function isOfContainer(block: string, text: string): boolean {
  return CONTAINERS.test(block) || /[:@][^/]*$|^[^/]*[.:][^/]*\//.test(text);
}

/** Finds the images of a bake file (docs.docker.com/build/bake): named contexts and Dockerfiles within it. */
export function findInBake({ text }: SourceFile): FoundImage[] {
  return hclAttributes(text).flatMap((attribute) => {
    const { name, path, span } = attribute;
    const prefix = "docker-image://";
    if (path.at(-1) === "contexts" && attribute.text.startsWith(prefix)) {
      const reference = { start: span.start + prefix.length, end: span.end };
      return [imageOf(attribute, attribute.text.slice(prefix.length), reference)];
    }
    return name === "dockerfile-inline" && text.slice(span.start, span.end) === attribute.text ? inline(attribute) : [];
  });
}

function imageOf({ name, path }: Attribute, text: string, span: Span): FoundImage {
  const at = [...path, name].filter((part) => part !== "").join(".");
  const expanded = expand(text);
  return { at, span, text, value: imageValue(expanded), edit: editOf(text, span, expanded.unresolved.length > 0) };
}

/** The text of a here-document is that of the file, so its places are only moved. */
function inline({ name, path, text, span }: Attribute): FoundImage[] {
  const moved = ({ start, end }: Span): Span => ({ start: span.start + start, end: span.start + end });
  const movedEdit = (edit: Edit): Edit => ("span" in edit ? { ...edit, span: moved(edit.span) } : edit);
  return findInDockerfile({ path: "Dockerfile", text, readBeside: () => undefined }).map((image) => ({
    ...image,
    at: `${[...path, name].join(".")} ${image.at}`,
    span: moved(image.span),
    edit: movedEdit(image.edit),
  }));
}
