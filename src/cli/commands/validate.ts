import type { CommandInput } from "../command.ts";
import { EXIT } from "../exit-code.ts";
import { plural } from "../render/units.ts";
import type { Surroundings } from "../surroundings.ts";
import { loadMirrorFile } from "./load.ts";

/** `validate`: reads and checks the mirror file and the policies it names, without a network. */
export async function validate(input: CommandInput, surroundings: Surroundings): Promise<number> {
  const file = await loadMirrorFile(input, surroundings);
  if (file === undefined) return EXIT.invalid;
  const counts = { images: new Set(file.images.map((image) => image.order)).size, targets: file.targets.length };
  surroundings.out(
    input.options["json"] === true
      ? `${JSON.stringify({ problems: [], ...counts }, null, 2)}\n`
      : `${file.path} is valid: ${plural(counts.images, "image")}, ${plural(counts.targets, "target")}.\n`,
  );
  return EXIT.done;
}
