import { unknownExpressions } from "../../text/unknown-expressions.ts";
import { scalarImage } from "../scalar-image.ts";
import type { YamlValue } from "../yaml-documents.ts";
import { itemsOf, textOf, valueOf, type YamlKind } from "../yaml-kind.ts";

const expand = unknownExpressions(/\$\{(.*?)\}|<(\w+)>/gs);

/**
 * Task definitions of Amazon ECS, as `aws ecs register-task-definition` reads them and `describe-task-definition` prints
 * them.
 */
export const ECS_TASK_DEFINITION: YamlKind = {
  name: "ecs-task-definition",
  accepts: (document) => containersIn(document).length > 0,
  *find(document) {
    for (const [index, container] of containersIn(document).entries()) {
      const image = textOf(valueOf(container, "image"));
      if (image !== undefined) yield scalarImage(`containerDefinitions[${index}].image`, image, expand);
    }
  },
};

function containersIn(document: YamlValue): readonly YamlValue[] {
  return itemsOf(valueOf(valueOf(document, "taskDefinition") ?? document, "containerDefinitions"));
}
