/**
 * The most characters of the name of an image with its variables. A name without them has fewer than 600. Longer texts are
 * not expanded: a pull request could make a file whose expansion takes hours.
 */
export const MAX_NAME_LENGTH = 4096;
