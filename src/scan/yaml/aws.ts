/** Task definitions of Amazon ECS, as JSON or YAML and in CloudFormation templates. */
import { unknownExpressions } from "../text/unknown-expressions.ts";
import { scalarImage } from "./scalar-image.ts";
import { entriesOf, itemsOf, textOf, valueOf, type YamlKind } from "./yaml-kind.ts";

const expand = unknownExpressions(/\$\{(.*?)\}|<(\w+)>/gs);

export const ECS_TASK_DEFINITION: YamlKind = {
  name: "ecs-task-definition",
  accepts: (document) => valueOf(document, "containerDefinitions")?.kind === "list",
  *find(document) {
    for (const [index, container] of itemsOf(valueOf(document, "containerDefinitions")).entries()) {
      const image = textOf(valueOf(container, "image"));
      if (image !== undefined) yield scalarImage(`containerDefinitions[${index}].image`, image, expand);
    }
  },
};

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
