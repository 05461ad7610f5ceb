import { AwsError, invalidParameter } from "./ecr-error.ts";
import type { Member, Structure } from "./ecr-shapes.ts";

/** A request's body. After {@link checkInput}, its members have the types of the shape. */
export type Input = Readonly<Record<string, unknown>>;

/**
 * Validates a request against its shape. As in AWS JSON 1.1, treats `null` as missing and ignores unknown members.
 * @throws AwsError SerializationException for a wrong type, InvalidParameterException for other violations
 */
export function checkInput(value: unknown, shape: Structure): Input {
  checkStructure(value, shape, "");
  return value as Input;
}

/** Returns a required text member. */
export function text(input: Input, member: string): string {
  return input[member] as string;
}

/** Returns an optional text member. */
export function optionalText(input: Input, member: string): string | undefined {
  return (input[member] ?? undefined) as string | undefined;
}

/** Returns an optional number member. */
export function optionalNumber(input: Input, member: string): number | undefined {
  return (input[member] ?? undefined) as number | undefined;
}

/** Returns a boolean member (default: false). */
export function flag(input: Input, member: string): boolean {
  return input[member] === true;
}

/** Returns an optional list of texts. */
export function optionalTexts(input: Input, member: string): string[] | undefined {
  return (input[member] ?? undefined) as string[] | undefined;
}

/** Returns an optional structure. */
export function optionalStructure(input: Input, member: string): Input | undefined {
  return (input[member] ?? undefined) as Input | undefined;
}

/** Returns an optional list of structures. */
export function optionalStructures(input: Input, member: string): Input[] | undefined {
  return (input[member] ?? undefined) as Input[] | undefined;
}

function checkStructure(value: unknown, shape: Structure, path: string): void {
  if (typeof value !== "object" || value === null || Array.isArray(value)) throw wrongType(path);
  const body = value as Input;
  for (const name of shape.required) {
    if (body[name] === undefined || body[name] === null) throw invalidParameter(join(path, name), "must not be null");
  }
  for (const [name, member] of Object.entries(shape.members)) {
    if (body[name] !== undefined && body[name] !== null) checkMember(body[name], member, join(path, name));
  }
}

function checkMember(value: unknown, member: Member, path: string): void {
  switch (member.kind) {
    case "structure":
      return checkStructure(value, member, path);
    case "boolean":
      if (typeof value !== "boolean") throw wrongType(path);
      return;
    case "number":
      if (typeof value !== "number" || !Number.isSafeInteger(value)) throw wrongType(path);
      if (value < member.min) throw invalidParameter(path, `must be greater than or equal to ${member.min}`);
      if (value > member.max) throw invalidParameter(path, `must be less than or equal to ${member.max}`);
      return;
    case "list":
      if (!Array.isArray(value)) throw wrongType(path);
      checkLength(value.length, member, path);
      for (const [index, item] of value.entries()) checkMember(item, member.of, `${path}.${index + 1}.member`);
      return;
    case "text":
      if (typeof value !== "string") throw wrongType(path);
      checkLength(value.length, member, path);
      checkText(value, member, path);
  }
}

function checkLength(length: number, limits: { min?: number; max?: number }, path: string): void {
  if (limits.min !== undefined && length < limits.min) {
    throw invalidParameter(path, `must have length greater than or equal to ${limits.min}`);
  }
  if (limits.max !== undefined && length > limits.max) {
    throw invalidParameter(path, `must have length less than or equal to ${limits.max}`);
  }
}

function checkText(value: string, member: { pattern?: RegExp; oneOf?: readonly string[] }, path: string): void {
  if (member.pattern !== undefined && !member.pattern.test(value)) {
    throw invalidParameter(path, `must satisfy regular expression '${member.pattern.source}'`);
  }
  if (member.oneOf !== undefined && !member.oneOf.includes(value)) {
    throw invalidParameter(path, `must satisfy enum value set: [${member.oneOf.join(", ")}]`);
  }
}

function wrongType(path: string): AwsError {
  return new AwsError(
    "SerializationException",
    path === "" ? "Start of structure expected" : `Unexpected type at '${path}'`,
  );
}

function join(path: string, name: string): string {
  return path === "" ? name : `${path}.${name}`;
}
