import type { FoundImage } from "../../found-image.ts";
import { unknownExpressions } from "../../text/unknown-expressions.ts";
import { scalarImage } from "../scalar-image.ts";
import type { YamlValue } from "../yaml-documents.ts";
import { entriesOf, itemsOf, textOf, valueOf, type YamlKind } from "../yaml-kind.ts";

const expand = unknownExpressions(/\$\{(.*?)\}/gs);

/** The places of images in the properties of resources, by type (docs.aws.amazon.com, "Template reference"). */
const PLACES: Readonly<Record<string, readonly string[]>> = {
  "AWS::AppRunner::Service": ["SourceConfiguration.ImageRepository.ImageIdentifier"],
  "AWS::Batch::JobDefinition": ["ContainerProperties.Image"],
  "AWS::CodeBuild::Project": ["Environment.Image"],
  "AWS::ECS::TaskDefinition": ["ContainerDefinitions.[].Image"],
  "AWS::Lambda::Function": ["Code.ImageUri"],
  "AWS::Serverless::Function": ["ImageUri"],
};

/** Templates of AWS CloudFormation and SAM. */
export const CLOUDFORMATION: YamlKind = {
  name: "cloudformation",
  accepts: (document) => resourcesIn(document).some(({ type }) => type.startsWith("AWS::")),
  *find(document) {
    for (const { name, type, resource } of resourcesIn(document)) {
      for (const place of PLACES[type] ?? []) {
        yield* imagesAt(valueOf(resource, "Properties"), place.split("."), `Resources.${name}.Properties`);
      }
    }
  },
};

function resourcesIn(document: YamlValue): { name: string; type: string; resource: YamlValue }[] {
  return [...entriesOf(valueOf(document, "Resources"))].flatMap(([name, resource]) => {
    const type = textOf(valueOf(resource, "Type"))?.text;
    return type === undefined ? [] : [{ name, type, resource }];
  });
}

function* imagesAt(
  node: YamlValue | undefined,
  [key, ...rest]: readonly string[],
  path: string,
): Generator<FoundImage> {
  if (key === undefined) yield* imageOf(node, path);
  else if (key !== "[]") yield* imagesAt(valueOf(node, key), rest, `${path}.${key}`);
  else for (const [index, item] of itemsOf(node).entries()) yield* imagesAt(item, rest, `${path}[${index}]`);
}

/** A text, or what a function such as `Fn::Sub` makes of one. Others depend on the stack. */
function* imageOf(node: YamlValue | undefined, at: string): Generator<FoundImage> {
  const text = textOf(node);
  const isFunction = text?.tag !== undefined && text.tag !== "!Sub" && !text.tag.startsWith("!!");
  const reference = isFunction ? text : textOf(valueOf(node, "Ref"));
  if (reference !== undefined) yield scalarImage(at, reference, (name) => ({ text: name, unresolved: [name] }));
  const written = isFunction ? undefined : (text ?? textOf(valueOf(node, "Fn::Sub")));
  if (written !== undefined) yield scalarImage(at, written, expand);
}
