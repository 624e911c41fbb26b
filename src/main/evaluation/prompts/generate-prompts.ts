import type { PromptRecipe, PromptText } from '#shared/contract/prompts.ts'
import { AppError } from '#shared/errors.ts'
import { seededRandom } from '#shared/random.ts'
import type { Random } from '#shared/random.ts'
import {
  CLASSES,
  CONTRADICTIONS,
  IMPOSSIBLE_ACTS,
  IMPOSSIBLE_DETAILS,
  IMPOSSIBLE_PLACES,
  MEDIA,
  NUMBERS,
  VIEWS,
} from './generator-words.ts'
import type { WordClass } from './generator-words.ts'

/** Of grammar and words: the same version, seed and numbers give the same prompts. */
export const GENERATOR_VERSION = 1

export const SENSIBLE = 'sensible'
export const NONSENSICAL = 'nonsensical'

/** A subject in one of its two numbers. */
interface Subject {
  /** "dog" or "dogs": the first level, and the name of the group. */
  noun: string
  isPlural: boolean
  words: WordClass
}

/** Subjects there are, in both numbers: more groups than this cannot be made. */
export const MAX_GENERATED_GROUPS = allSubjects().length

/**
 * Makes ladders, every one of another subject, so that no prompt comes twice.
 *
 * The grammar, one level more with each part:
 *
 *     1 noun                      computer
 *     2 a QUALITY noun            a shiny computer          two shiny computers
 *     3 ... PLACE                 a shiny computer in an office
 *     4 ... ACT                   ... reflecting a blue light
 *     5 ... DETAIL                ... in soft morning light
 *     6 ..., VIEW                 ..., seen from above
 *     7 ..., MEDIUM               ..., drawn in pencil
 *
 * A level is the one before with one part more, so it contains it. Sensible ladders draw quality,
 * place, act and detail from the lists of the subject's class, in which everything fits everything.
 * Nonsensical ones draw them from lists of what cannot be, whatever the subject: well-formed
 * sentences that no picture can show. View and medium are the same of both.
 * @throws AppError `invalid-input` if there are not enough subjects
 */
export function generatePrompts(recipe: PromptRecipe): PromptText[] {
  const { sensible, nonsensical, levels, seed } = recipe
  if (sensible + nonsensical === 0) {
    throw new AppError('invalid-input', 'no groups are asked for', 'Ask for one at least.')
  }
  if (sensible + nonsensical > MAX_GENERATED_GROUPS) {
    throw new AppError(
      'invalid-input',
      `there are words for ${MAX_GENERATED_GROUPS} groups, not for ${sensible + nonsensical}`,
      'Ask for fewer groups.',
    )
  }
  const random = seededRandom(seed)
  // Each group draws by itself: more levels leave the lower ones as they are.
  const subjects = shuffled(allSubjects(), random)
  const groups = (kind: string, from: readonly Subject[], parts: typeof sensibleParts) =>
    from.flatMap((subject): PromptText[] => {
      const draw = seededRandom(random.below(2 ** 32))
      return ladderOf(subject, parts(subject, draw))
        .slice(0, levels)
        .map((text, i) => ({ group: subject.noun, kind, level: i + 1, text }))
    })
  return [
    ...groups(SENSIBLE, subjects.slice(0, sensible), sensibleParts),
    ...groups(NONSENSICAL, subjects.slice(sensible, sensible + nonsensical), nonsensicalParts),
  ]
}

interface Parts {
  number: string
  quality: string
  rest: string[]
}

function sensibleParts({ words }: Subject, random: Random): Parts {
  const number = pick(NUMBERS, random)
  return {
    number,
    quality: pick(words.qualities, random),
    rest: [
      ` ${pick(words.places, random)}`,
      ` ${pick(words.acts, random)}`,
      ` ${pick(words.details, random)}`,
      ...framing(random),
    ],
  }
}

function nonsensicalParts(_subject: Subject, random: Random): Parts {
  return {
    number: pick(NUMBERS, random),
    quality: pick(CONTRADICTIONS, random),
    rest: [
      ` ${pick(IMPOSSIBLE_PLACES, random)}`,
      ` ${pick(IMPOSSIBLE_ACTS, random)}`,
      ` ${pick(IMPOSSIBLE_DETAILS, random)}`,
      ...framing(random),
    ],
  }
}

const framing = (random: Random): string[] => [
  `, ${pick(VIEWS, random)}`,
  `, ${pick(MEDIA, random)}`,
]

function ladderOf({ noun, isPlural }: Subject, { number, quality, rest }: Parts): string[] {
  const agree = (text: string): string => inNumber(text, isPlural)
  const before = isPlural ? number : articleFor(quality)
  let text = `${before} ${quality} ${noun}`
  return [noun, text, ...rest.map((part) => (text += agree(part)))]
}

/** Fills `{its}` and `{one|several}`. */
function inNumber(text: string, isPlural: boolean): string {
  return text
    .replaceAll('{its}', isPlural ? 'their' : 'its')
    .replaceAll(/\{([^|{}]*)\|([^|{}]*)\}/g, isPlural ? '$2' : '$1')
}

/** "a" or "an", by the sound that a word begins with. */
export function articleFor(word: string): 'a' | 'an' {
  // "a unicorn", "a European", "a one-way street"; "an hour", "an honest", "an heir".
  if (/^(?:uni(?!n|m)|u[bkst](?:[aeiou]|r[aeiou])|eu|ewe|ukul|once|one\b)/i.test(word)) return 'a'
  if (/^(?:hour|honest|honou?r|heir)/i.test(word)) return 'an'
  return /^[aeiou]/i.test(word) ? 'an' : 'a'
}

function allSubjects(): Subject[] {
  return CLASSES.flatMap((words) =>
    words.subjects.flatMap((entry) => {
      const [singular = '', plural = pluralOf(singular)] = entry.split('/')
      return [
        { noun: singular, isPlural: false, words },
        // Where both are written alike, the second could not be told from the first.
        ...(plural === singular ? [] : [{ noun: plural, isPlural: true, words }]),
      ]
    }),
  )
}

/** Regular plurals; others are written beside their word. */
function pluralOf(noun: string): string {
  return `${noun}s`
}

function shuffled<T>(values: readonly T[], random: Random): T[] {
  const order = Int32Array.from(values.keys())
  random.shuffle(order)
  return Array.from(order, (i) => values[i] as T)
}

function pick<T>(values: readonly T[], random: Random): T {
  return values[random.below(values.length)] as T
}
