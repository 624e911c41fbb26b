/** A picture as a file's path or as its bytes. */
export type PictureSource = { path: string } | { base64: string }
