/** Addresses of pictures; the shell serves them from the open corpus. */
export function thumbUrl(sha256: string, corpus: string): string {
  return `gleaner://thumb/${sha256}?corpus=${encodeURIComponent(corpus)}`
}

/** The original bytes, for the inspector and the large preview. */
export function pictureUrl(sha256: string, corpus: string): string {
  return `gleaner://picture/${sha256}?corpus=${encodeURIComponent(corpus)}`
}

/** A picture of a study as a blind rater sees it; its token says nothing. */
export function studyPictureUrl(token: string, corpus: string): string {
  return `gleaner://study/${token}?corpus=${encodeURIComponent(corpus)}`
}
