import * as fc from "fast-check";

/** Makes Dockerfiles with what decides which images they need. Equal seeds make equal files. */
export function generatedDockerfiles(count: number, seed: number): string[] {
  return fc.sample(DOCKERFILE, { numRuns: count, seed });
}

const NAMES = ["alpine", "node", "ghcr.io/acme/tools", "registry.example.com:5000/app", "docker.io/library/redis"];
const name = fc.constantFrom(...NAMES);
const tag = fc.constantFrom("1", "22-slim", "v1.2.3", "latest");
const stage = fc.constantFrom("build", "Test", "final", "node", "x1");
const variable = fc.constantFrom("A", "B", "TAG", "BASE", "EMPTY");
const digest = fc.constant(`sha256:${"5".repeat(64)}`);

const literal = fc.oneof(
  name,
  fc.tuple(name, tag).map(([image, version]) => `${image}:${version}`),
  fc.tuple(name, digest).map(([image, hash]) => `${image}@${hash}`),
);

/** A variable with each kind of modifier. */
const expansion = fc.oneof(
  variable.map((text) => `$${text}`),
  variable.map((text) => `\${${text}}`),
  fc
    .tuple(
      variable,
      fc.constantFrom(":-", "-", ":+", "+"),
      fc.oneof(
        tag,
        variable.map((inner) => `\${${inner}:-9}`),
      ),
    )
    .map(([text, operator, word]) => `\${${text}${operator}${word}}`),
  fc
    .tuple(variable, fc.constantFrom("#", "##", "%", "%%"), fc.constantFrom("*-", "-*", "v", "?", "1*", "*.3"))
    .map(([text, operator, pattern]) => `\${${text}${operator}${pattern}}`),
  fc
    .tuple(variable, fc.constantFrom("/", "//"), fc.constantFrom("1", "-", ".", "2*"), fc.constantFrom("", "x", "7"))
    .map(([text, operator, pattern, by]) => `\${${text}${operator}${pattern}/${by}}`),
);

const image = fc.oneof(
  { weight: 4, arbitrary: literal },
  { weight: 3, arbitrary: fc.tuple(name, expansion).map(([text, version]) => `${text}:${version}`) },
  { weight: 1, arbitrary: fc.tuple(name, expansion).map(([text, version]) => `${text}:1${version}`) },
  { weight: 1, arbitrary: literal.map((text) => `\${BASE:-${text}}`) },
  { weight: 1, arbitrary: literal.map((text) => `"${text}"`) },
  { weight: 1, arbitrary: literal.map((text) => `'${text}'`) },
  { weight: 2, arbitrary: stage },
  { weight: 1, arbitrary: fc.constantFrom("scratch", "$BASE", "${BASE}") },
);

const keyword = (text: string) => fc.constantFrom(text, text.toLowerCase(), `${text[0]}${text.slice(1).toLowerCase()}`);

const argument = fc
  .tuple(
    keyword("ARG"),
    variable,
    fc.option(
      fc.oneof(
        tag,
        literal,
        expansion,
        fc.constant(""),
        tag.map((t) => `"${t}"`),
      ),
    ),
  )
  .map(([word, key, value]) => `${word} ${key}${value === null ? "" : `=${value}`}`);

const from = fc
  .tuple(
    keyword("FROM"),
    fc.constantFrom("", "", "--platform=linux/arm64 ", "--platform=$BUILDPLATFORM ", "\\\n  "),
    image,
    fc.option(fc.tuple(keyword("AS"), stage)),
  )
  .map(([word, flag, text, as]) => `${word} ${flag}${text}${as === null ? "" : ` ${as[0]} ${as[1]}`}`);

const source = fc.oneof(literal, stage, fc.constantFrom("0", "1"));
const instruction = fc.oneof(
  fc.tuple(keyword("COPY"), source).map(([word, text]) => `${word} --from=${text} /a /b`),
  fc.tuple(keyword("COPY"), source).map(([word, text]) => `${word} --chown=1:1 --from=${text} --link /a /b`),
  source.map((text) => `RUN --mount=type=bind,from=${text},target=/m true`),
  source.map((text) => `RUN --mount=type=cache,target=/c --mount=from=${text},target=/m \\\n  true`),
  argument,
  fc.constantFrom(
    "RUN <<EOF\nFROM hidden:1\nCOPY --from=hidden:2 /a /b\nEOF",
    "COPY <<-'END' /x\n\tFROM hidden:3\n\tEND",
    "# FROM hidden:4",
    "RUN echo \\\n  FROM hidden:5 \\\n# FROM hidden:6\n  done",
    'LABEL a="FROM hidden:7"',
    "ENV TAG=9 BASE=hidden:8",
    "",
  ),
);

const DOCKERFILE = fc
  .record({
    arguments: fc.array(argument, { maxLength: 4 }),
    stages: fc.array(fc.tuple(from, fc.array(instruction, { maxLength: 4 })), { minLength: 1, maxLength: 4 }),
    lineBreak: fc.constantFrom("\n", "\n", "\r\n"),
    mark: fc.constantFrom("", "", "\u{feff}"),
  })
  .map(({ arguments: globals, stages, lineBreak, mark }) => {
    const lines = [...globals, ...stages.flatMap(([first, rest]) => [first, ...rest]), ""];
    return mark + lines.join("\n").replaceAll("\n", lineBreak);
  });
