/**
 * What an alt is: words of a person as far as rules can tell, what a machine wrote, words that say
 * nothing, an empty alt, or no alt attribute.
 */
export const ALT_KINDS = ['words', 'machine', 'uninformative', 'empty', 'absent'] as const
export type AltKind = (typeof ALT_KINDS)[number]
