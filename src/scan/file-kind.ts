/** The kinds of files in which images are found. */
export type FileKindName = "dockerfile" | "compose" | "kubernetes";
