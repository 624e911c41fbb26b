import { Eye, PencilLine, Snowflake, UserRound } from '@lucide/vue'
import type { Component } from 'vue'
import type { StudySummary } from '#shared/contract/index.ts'
import { t, type TextKey } from '../../texts/index.ts'

const SIGNS: Record<StudySummary['state'], { icon: Component; word: string }> = {
  draft: { icon: PencilLine, word: t('judge.states.draft') },
  frozen: { icon: Snowflake, word: t('judge.states.frozen') },
  unblinded: { icon: Eye, word: t('judge.states.unblinded') },
}

/** A study's state as a sign and a word. */
export function signOf(study: Pick<StudySummary, 'state' | 'role'>): {
  icon: Component
  word: string
} {
  if (study.role === 'rater') return { icon: UserRound, word: t('judge.states.rater') }
  return SIGNS[study.state]
}

/** Why a file was not taken in, by the engine's word for it. */
const REASONS: Readonly<Record<string, TextKey>> = {
  double: 'judge.reasons.double',
  'name-does-not-fit': 'judge.reasons.nameDoesNotFit',
  'no-prompt-in-metadata': 'judge.reasons.noPromptInMetadata',
  'prompt-not-in-study': 'judge.reasons.promptNotInStudy',
  'no-such-prompt': 'judge.reasons.noSuchPrompt',
  'unknown-group': 'judge.reasons.unknownGroup',
  'unknown-kind': 'judge.reasons.unknownKind',
  'unknown-level': 'judge.reasons.unknownLevel',
  'ambiguous-prompt': 'judge.reasons.ambiguousPrompt',
  'too-deep': 'judge.reasons.tooDeep',
  'not-a-picture': 'judge.reasons.notAPicture',
  'link-outside': 'judge.reasons.linkOutside',
  'link-to-folder': 'judge.reasons.linkToFolder',
  'damaged-row': 'judge.reasons.damagedRow',
  'no-path': 'judge.reasons.noPath',
  'not-a-path': 'judge.reasons.noPath',
  'outside-folder': 'judge.reasons.outsideFolder',
  'not-a-file': 'judge.reasons.notFound',
  'not-found': 'judge.reasons.notFound',
  'not-readable': 'judge.reasons.notReadable',
  'other-study': 'judge.reasons.otherStudy',
  'other-version-of-study': 'judge.reasons.otherVersion',
  'task-not-found': 'judge.reasons.taskNotFound',
  'aspect-not-found': 'judge.reasons.aspectNotFound',
  'not-an-answer': 'judge.reasons.notAnAnswer',
  'time-in-the-future': 'judge.reasons.future',
}

/** null where the reason is one of reading pictures, which has words elsewhere. */
export function ownReason(reason: string): string | null {
  const key = REASONS[reason]
  return key === undefined ? null : t(key)
}
