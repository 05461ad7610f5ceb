import { unknownExpressions } from "../../text/unknown-expressions.ts";

/** Takes each variable of a shell for an unknown value. */
export const shellVariables = unknownExpressions(/\$\{?(\w+)\}?/g);
