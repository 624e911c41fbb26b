/** The parts of a prompt between commas, semicolons, bars and line feeds, without weights and brackets. */
export function termsOf(text: string): string[] {
  return text
    .split(/[,;|\n，、；]+/)
    .map((part) =>
      part
        // (word:1.2), ((word)) and [word] as web interfaces write weights.
        .replace(/:\s*-?\d+(\.\d+)?\s*(?=[)\]}]|$)/g, '')
        .replace(/[()[\]{}<>"“”]+/g, ' ')
        .replace(/\s+/g, ' ')
        .trim()
        .replace(/^[.\s]+|[.\s]+$/g, ''),
    )
    .filter((part) => /[\p{L}\p{N}]/u.test(part))
}

/** As terms are compared: without case, in one form. */
export function termKey(term: string): string {
  return term.normalize('NFKC').toLowerCase()
}

export function wordsOf(text: string): string[] {
  return (
    text
      .normalize('NFKC')
      .toLowerCase()
      .match(/[\p{L}\p{M}\p{N}]+/gu) ?? []
  )
}
