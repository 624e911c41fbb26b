/**
 * A text without what does not change its words: compatibility forms (NFKC), case, punctuation and
 * spaces. An apostrophe joins ("dog's" = "dogs"), other punctuation parts ("well-lit" = "well lit").
 * Symbols that are no punctuation (emoji, `+`, `$`) are kept. Texts of punctuation alone become "".
 */
export function normaliseText(text: string): string {
  return text
    .normalize('NFKC')
    .toLowerCase()
    .replace(/(?<=\p{L})['’ʼ](?=\p{L})/gu, '')
    .replace(/[\p{P}\p{White_Space}\p{Cc}\p{Cf}]+/gu, ' ')
    .trim()
}
