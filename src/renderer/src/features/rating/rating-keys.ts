import { MOST_COUNTED, type AspectForm } from '#shared/studies/design.ts'

/** What a key means for an aspect: an answer, one more digit of a count, or nothing. */
export type KeyMeaning =
  { kind: 'answer'; answer: string } | { kind: 'digit'; digit: string } | null

const YES_PARTLY_NO: Readonly<Record<string, string>> = {
  Y: 'yes',
  P: 'partly',
  N: 'no',
  2: 'yes',
  1: 'partly',
  0: 'no',
}

/** @param key one sign, letters in any case */
export function meaningOf(form: AspectForm, key: string): KeyMeaning {
  if (form === 'yes-partly-no') {
    const answer = YES_PARTLY_NO[key.toUpperCase()]
    return answer === undefined ? null : { kind: 'answer', answer }
  }
  if (!/^\d$/.test(key)) return null
  if (form === 'count') return { kind: 'digit', digit: key }
  return Number(key) <= 5 ? { kind: 'answer', answer: key } : null
}

/** A count with one more digit; as it was where that would be more than can be said. */
export function withDigit(draft: string, digit: string): string {
  const next = draft === '0' ? digit : draft + digit
  return Number(next) <= MOST_COUNTED ? next : draft
}

/** The answers that have a button, in the order of their buttons, with the keys printed on them. */
export function buttonsOf(form: AspectForm): { answer: string; keys: readonly string[] }[] {
  if (form === 'yes-partly-no') {
    return [
      { answer: 'no', keys: ['N', '0'] },
      { answer: 'partly', keys: ['P', '1'] },
      { answer: 'yes', keys: ['Y', '2'] },
    ]
  }
  if (form === 'count') return []
  return ['0', '1', '2', '3', '4', '5'].map((answer) => ({ answer, keys: [answer] }))
}

/** The vote that each arrow gives in a comparison; the buttons lie as the keys do. */
export const VOTES = [
  { answer: 'bad', key: 'ArrowUp' },
  { answer: 'left', key: 'ArrowLeft' },
  { answer: 'tie', key: 'ArrowDown' },
  { answer: 'right', key: 'ArrowRight' },
] as const
export type Vote = (typeof VOTES)[number]['answer']
