/** Returns 16 random hexadecimal digits, for a unique file name. @param random at least 0, below 1 */
export function randomName(random: () => number): string {
  return Array.from({ length: 16 }, () => Math.floor(random() * 16).toString(16)).join("");
}
