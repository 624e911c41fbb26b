import { createI18n } from 'vue-i18n'
import { en } from './en/index.ts'

/** Paths to the texts of a catalogue, as `label.accept`. */
type PathsOf<T> = {
  [K in keyof T & string]: T[K] extends string ? K : `${K}.${PathsOf<T[K]>}`
}[keyof T & string]
export type TextKey = PathsOf<typeof en>

/** The texts of the window, for `app.use`: `<i18n-t>` puts markup into a sentence. */
export const i18n = createI18n({
  legacy: false,
  locale: 'en',
  fallbackLocale: 'en',
  messages: { en },
})

/**
 * A text of the window in the language in use; follows when that changes.
 * @param named what stands in its braces, numbers already written as people read them
 * @param n chooses between `one | many`
 */
export function t(key: TextKey, named: Record<string, string | number> = {}, n?: number): string {
  const { t: translate } = i18n.global as unknown as {
    t(key: string, named: Record<string, unknown>, plural?: number): string
  }
  return n === undefined ? translate(key, named) : translate(key, named, n)
}
