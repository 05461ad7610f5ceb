import { unknownExpressions } from "../../text/unknown-expressions.ts";
import { scalarImage } from "../scalar-image.ts";
import { itemsOf, textOf, valueOf, type YamlKind } from "../yaml-kind.ts";

const expand = unknownExpressions(/\$\{(.*?)\}|<(\w+)>/gs);

/** Task definitions of Amazon ECS, as `aws ecs register-task-definition` reads them. */
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
