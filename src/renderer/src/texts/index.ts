import { createI18n } from 'vue-i18n'
import { en } from './en/index.ts'

/** Paths to the texts of a catalogue, as `label.accept`. */
type PathsOf<T> = {
  [K in keyof T & string]: T[K] extends string ? K : `${K}.${PathsOf<T[K]>}`
}[keyof T & string]
export type TextKey = PathsOf<typeof en>

type TextsLike<T> = { [K in keyof T]: T[K] extends string ? string : TextsLike<T[K]> }
/** What a catalogue of another language holds: every text of the English one. */
export type Catalogue = TextsLike<typeof en>

/**
 * The languages of the window. One more is one file, as `texts/de/index.ts`, whose object ends in
 * `satisfies Catalogue` (a text that is missing does not compile), and one line here: `de`.
 */
const CATALOGUES = { en } satisfies Record<string, Catalogue>

/** The first language of the system (BCP 47 tags) that the window speaks, else English. */
export function chooseLanguage(wanted: readonly string[], spoken: readonly string[]): string {
  const found = wanted
    .map((tag) => tag.toLowerCase().split('-')[0] as string)
    .find((name) => spoken.includes(name))
  return found ?? 'en'
}

/** Chosen once: texts are read into constants when the window starts. */
const language = chooseLanguage(
  typeof navigator === 'undefined' ? [] : (navigator.languages ?? []),
  Object.keys(CATALOGUES),
) as keyof typeof CATALOGUES

/** The texts of the window, for `app.use`: `<i18n-t>` puts markup into a sentence. */
export const i18n = createI18n({
  legacy: false,
  locale: language,
  fallbackLocale: 'en',
  // No text is ever put in as HTML, and some hold < and >.
  warnHtmlMessage: false,
  messages: CATALOGUES,
})

/** Says on the document in which language it is, for screen readers and hyphenation. */
export function announceLanguage(root: HTMLElement): void {
  root.lang = language
}

/**
 * A text of the window in the language in use.
 * @param named what stands in its braces, numbers already written as people read them
 * @param n chooses between `one | many`
 */
export function t(key: TextKey, named: Record<string, string | number> = {}, n?: number): string {
  const { t: translate } = i18n.global as unknown as {
    t(key: string, named: Record<string, unknown>, plural?: number): string
  }
  return n === undefined ? translate(key, named) : translate(key, named, n)
}
