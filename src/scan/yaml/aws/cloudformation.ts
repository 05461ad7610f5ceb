import { unknownExpressions } from "../../text/unknown-expressions.ts";
import { scalarImage } from "../scalar-image.ts";
import { entriesOf, itemsOf, textOf, valueOf, type YamlKind } from "../yaml-kind.ts";

const expand = unknownExpressions(/\$\{(.*?)\}|<(\w+)>/gs);

/** Templates of AWS CloudFormation and SAM: the task definitions of Amazon ECS in them. */
export const CLOUDFORMATION: YamlKind = {
  name: "cloudformation",
  accepts: (document) => taskDefinitions(document).length > 0,
  *find(document) {
    for (const { name, containers } of taskDefinitions(document)) {
      for (const [index, container] of itemsOf(containers).entries()) {
        const image = valueOf(container, "Image");
        const text = textOf(image) ?? textOf(valueOf(image, "Fn::Sub"));
        const at = `Resources.${name}.Properties.ContainerDefinitions[${index}].Image`;
        if (text !== undefined) yield scalarImage(at, text, expand);
      }
    }
  },
};

function taskDefinitions(document: Parameters<YamlKind["find"]>[0]) {
  return [...entriesOf(valueOf(document, "Resources"))].flatMap(([name, resource]) => {
    const isTask = textOf(valueOf(resource, "Type"))?.text === "AWS::ECS::TaskDefinition";
    const containers = valueOf(valueOf(resource, "Properties"), "ContainerDefinitions");
    return isTask && containers !== undefined ? [{ name, containers }] : [];
  });
}
