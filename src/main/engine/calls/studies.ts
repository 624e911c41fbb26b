import { basename, resolve } from 'node:path'
import type { CallOutput } from '#shared/contract/index.ts'
import type { PromptMatch } from '#shared/contract/prompts.ts'
import type { StudyPrompt, studies as contract } from '#shared/contract/studies.ts'
import { AppError } from '#shared/errors.ts'
import { StudyDesign, type DesignChange } from '#shared/studies/design.ts'
import { SOFTWARE } from '#shared/version.ts'
import { freeze } from '../../jobs/evaluate/freeze.ts'
import { previewImages } from '../../jobs/evaluate/preview-images.ts'
import type { Corpus } from '../../store/open.ts'
import { listPromptSets, promptSet } from '../../store/repositories/prompt-sets.ts'
import {
  checkDesign,
  insertStudy,
  removeModel,
  removeStudy,
  renameStudy,
  setStudyDesign,
  studyDetails,
  studyImage,
  studyOf,
  studyProblems,
  studyPrompts,
  studySheet,
  studySummaries,
} from '../../store/repositories/studies.ts'
import { unblindStudy } from '../../store/repositories/study-tasks.ts'
import type { EngineContext } from '../context.ts'
import type { Readers } from '../readers.ts'
import type { CallsOf } from './calls-of.ts'

export function studyCalls({
  corpora,
  announce,
  runner,
  readers,
}: EngineContext): CallsOf<typeof contract> {
  const takesInPictures = (corpus: string): boolean =>
    runner
      .list()
      .some(
        ({ kind, state, corpus: of }) =>
          (kind === 'study-images' || kind === 'study-generate') &&
          (state === 'queued' || state === 'running') &&
          of === resolve(corpus),
      )
  const opened = (path: string): Corpus => corpora.get(path).corpus
  const details = (corpus: string, study: string) => {
    const { reader } = opened(corpus)
    return studyDetails(reader, studyOf(reader, study))
  }
  return {
    'studies.list': ({ corpus }) => studySummaries(opened(corpus).reader),
    'studies.get': ({ corpus, study }) => details(corpus, study),
    async 'studies.create'({ corpus, study, prompts, design }) {
      const full = StudyDesign.parse(design)
      checkDesign(full)
      const { texts, from } = await promptsOf(opened(corpus), prompts, readers)
      insertStudy(opened(corpus).writer, {
        name: study,
        design: full,
        prompts: texts,
        promptsFrom: from,
        software: SOFTWARE,
      })
      announce(corpus, ['studies'])
      return details(corpus, study)
    },
    'studies.setDesign'({ corpus, study, design }) {
      const { writer } = opened(corpus)
      const found = studyOf(writer, study)
      setStudyDesign(writer, found, { ...found.design, ...said(design) })
      announce(corpus, ['studies'])
      return details(corpus, study)
    },
    'studies.rename'({ corpus, study, name }) {
      const { writer } = opened(corpus)
      renameStudy(writer, studyOf(writer, study), name)
      announce(corpus, ['studies'])
      return {}
    },
    'studies.remove'({ corpus, study }) {
      const { writer } = opened(corpus)
      removeStudy(writer, studyOf(writer, study))
      announce(corpus, ['studies'])
      return {}
    },
    'studies.removeModel'({ corpus, study, model }) {
      const { writer } = opened(corpus)
      removeModel(writer, studyOf(writer, study), model)
      announce(corpus, ['studies'])
      return details(corpus, study)
    },
    'studies.previewImages'({ corpus, study, source, pattern }) {
      const { reader } = opened(corpus)
      const from = { source: resolve(source), pattern }
      return previewImages(reader, studyOf(reader, study), from, readers.documents)
    },
    'studies.prompts'({ corpus, study }) {
      const { reader } = opened(corpus)
      return studyPrompts(reader, studyOf(reader, study)).map(
        ({ group, kind, level, text }): StudyPrompt => ({ group, kind, level, text }),
      )
    },
    'studies.sheet'({ corpus, study, ...args }) {
      const { reader } = opened(corpus)
      return studySheet(reader, studyOf(reader, study), args)
    },
    'studies.image'({ corpus, study, image }) {
      const { reader } = opened(corpus)
      return studyImage(reader, studyOf(reader, study), image)
    },
    async 'studies.problems'({ corpus, study, overlap }) {
      const { reader } = opened(corpus)
      const found = studyProblems(reader, studyOf(reader, study))
      if (!overlap) return found
      const { matches } = await corpora.get(corpus).reads.promptOverlap({ study })
      return { ...found, leaks: [...found.leaks, ...promptLeaks(opened(corpus), study, matches)] }
    },
    'studies.freeze'({ corpus, study }) {
      const found = studyOf(opened(corpus).writer, study)
      if (takesInPictures(corpus)) {
        throw new AppError(
          'busy',
          `The study "${found.name}" was not frozen: pictures are being taken in.`,
          'Wait for the end of that job, or cancel it.',
        )
      }
      freeze(opened(corpus), found)
      announce(corpus, ['studies'])
      return details(corpus, study)
    },
    'studies.unblind'({ corpus, study, by, why }) {
      const { writer } = opened(corpus)
      unblindStudy(writer, studyOf(writer, study), { by, why })
      announce(corpus, ['studies'])
      return details(corpus, study)
    },
  }
}

/** Without what is there and says nothing. */
function said(change: DesignChange): Partial<StudyDesign> {
  return Object.fromEntries(Object.entries(change).filter(([, value]) => value !== undefined))
}

/** Prompts of a study that stand in the texts of the corpus: there a model may have learned them. */
function promptLeaks(
  { reader }: Corpus,
  name: string,
  matches: readonly PromptMatch[],
): CallOutput<'studies.problems'>['leaks'] {
  const held = new Map(matches.map((match) => [`${match.level} ${match.group}`, match]))
  return studyPrompts(reader, studyOf(reader, name)).flatMap(({ group, kind, level, text }) => {
    const match = held.get(`${level} ${group}`)
    if (!match) return []
    const prompt = { group, kind, level, text }
    return [
      { kind: 'prompt' as const, prompt, pairs: match.exact },
      { kind: 'normalised prompt' as const, prompt, pairs: match.normalised },
    ].filter(({ pairs }) => pairs > 0)
  })
}

/** The prompts that a study begins with, and where they come from in words. */
async function promptsOf(
  { reader }: Corpus,
  from: { set: string } | { file: string },
  readers: Readers,
): Promise<{ texts: readonly StudyPrompt[]; from: string }> {
  if ('file' in from) {
    const path = resolve(from.file)
    const about = basename(path)
    const { value } = await readers.documents.call('prompts', { path }, { about })
    const { prompts, refused, left, sha256 } = value
    const first = refused[0]
    if (first) {
      throw new AppError(
        'invalid-input',
        `${basename(path)} holds ${left} ${left === 1 ? 'row' : 'rows'} that cannot be used; line ${first.line}: ${first.detail}`,
        'A study needs every prompt. Repair the file.',
      )
    }
    return { texts: prompts, from: `${basename(path)} (SHA-256 ${sha256.slice(0, 16)})` }
  }
  const all = listPromptSets(reader)
  const found = all.find(({ name }) => name === from.set)
  if (!found) {
    throw new AppError(
      'not-found',
      `There is no prompt set "${from.set}" in this corpus.`,
      all.length === 0
        ? 'Import or generate one first.'
        : `There are: ${all.map(({ name }) => name).join(', ')}.`,
    )
  }
  return { texts: promptSet(reader, found.id).texts, from: `the prompt set ${found.name}` }
}
