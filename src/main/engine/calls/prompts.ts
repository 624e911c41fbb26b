import { open, rename, rm } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import type {
  prompts as contract,
  PromptProblem,
  PromptReport,
  PromptText,
} from '#shared/contract/prompts.ts'
import { AppError, systemMessage } from '#shared/errors.ts'
import { SOFTWARE } from '#shared/version.ts'
import { checkPrompts } from '../../evaluation/prompts/check-prompts.ts'
import { GENERATOR_VERSION, generatePrompts } from '../../evaluation/prompts/generate-prompts.ts'
import { writePrompts } from '../../evaluation/prompts/write-prompts.ts'
import { defaultOf, listModels } from '../../inference/models/registry.ts'
import type { TokenCount } from '../../inference/tasks/count-tokens.ts'
import type { WriterDb } from '../../store/open.ts'
import {
  createPromptSet,
  freePromptSetName,
  listPromptSets,
  promptSet,
  promptSetInfo,
  promptTexts,
  removePromptSet,
  renamePromptSet,
  replaceGroup,
  replacePrompts,
} from '../../store/repositories/prompt-sets.ts'
import type { EngineContext } from '../context.ts'
import { tokenCounters } from '../token-counters.ts'
import type { FoundCounter } from '../token-counters.ts'
import type { CallsOf } from './calls-of.ts'

const COUNTED_AT_ONCE = 1000

export function promptCalls(context: EngineContext): CallsOf<typeof contract> {
  const { corpora, announce, readers } = context
  const opened = (path: string) => corpora.get(path).corpus
  const tokenizerOf = counters(context)

  return {
    'prompts.sets': ({ corpus }) => listPromptSets(opened(corpus).reader),
    'prompts.set': ({ corpus, set }) => promptSet(opened(corpus).reader, set),
    'prompts.save'({ corpus, change }) {
      const { writer } = opened(corpus)
      const set = save(writer, change)
      announce(corpus, ['prompts'])
      return promptSetInfo(writer, set)
    },
    'prompts.remove'({ corpus, set }) {
      removePromptSet(opened(corpus).writer, set)
      announce(corpus, ['prompts'])
      return {}
    },
    async 'prompts.import'({ corpus, file, name, format }) {
      const path = resolve(file)
      const { writer } = opened(corpus)
      const about = basename(path)
      const { value } = await readers.documents.call('prompts', { path, format }, { about })
      const { prompts, refused, left, notes, sha256 } = value
      const set = createPromptSet(writer, {
        name: name ?? freePromptSetName(writer, basename(path, extname(path)) || 'prompts'),
        origin: { from: 'file', file: path, sha256 },
        texts: prompts,
        software: SOFTWARE,
      })
      announce(corpus, ['prompts'])
      return { set, left, refused, notes }
    },
    async 'prompts.export'({ corpus, set, file, format }) {
      const texts = promptTexts(opened(corpus).reader, promptSetInfo(opened(corpus).reader, set).id)
      const path = resolve(file)
      await writeWhole(path, writePrompts(texts, format))
      return { file: path, prompts: texts.length }
    },
    'prompts.generate'({ corpus, name, ...recipe }) {
      const { writer } = opened(corpus)
      const set = createPromptSet(writer, {
        name: name ?? freePromptSetName(writer, `Generated, seed ${recipe.seed}`),
        origin: { from: 'generator', version: GENERATOR_VERSION, ...recipe },
        texts: generatePrompts(recipe),
        software: SOFTWARE,
      })
      announce(corpus, ['prompts'])
      return set
    },
    async 'prompts.check'({ corpus, set, model, overlap }) {
      const texts = promptTexts(opened(corpus).reader, promptSetInfo(opened(corpus).reader, set).id)
      const found = await tokenizerOf(model)
      const { measures, problems } = checkPrompts(texts, found && (await counted(found, texts)))
      const held = overlap ? await corpora.get(corpus).reads.promptOverlap({ set }) : null
      return {
        prompts: texts.length,
        groups: new Set(texts.map(({ group }) => group)).size,
        measures,
        problems: [...problems, ...inCorpus(held)],
        tokenizer: found && {
          model: found.model,
          name: found.name,
          limit: found.counter.limit,
          isDemonstration: found.isDemonstration,
        },
        corpus: held,
      }
    },
  }
}

/** @returns the set that was changed */
function save(
  writer: WriterDb,
  change: Parameters<CallsOf<typeof contract>['prompts.save']>[0]['change'],
): number {
  switch (change.what) {
    case 'create': {
      const { name, texts } = change
      const origin = { from: 'written' } as const
      return createPromptSet(writer, { name, origin, texts, software: SOFTWARE }).id
    }
    case 'rename':
      renamePromptSet(writer, change.set, change.name)
      return change.set
    case 'replace':
      replacePrompts(writer, change.set, change.texts)
      return change.set
    case 'group':
      replaceGroup(writer, change.set, change.group, change.texts)
      return change.set
  }
}

function inCorpus(held: PromptReport['corpus']): PromptProblem[] {
  return (held?.matches ?? []).map(({ group, level, exact, normalised }) => ({
    code: 'in-corpus',
    group,
    level,
    exact,
    normalised,
  }))
}

/** What a model's tokenizer makes of the prompts. */
async function counted({ counter }: FoundCounter, prompts: readonly PromptText[]) {
  const texts = [...new Set(prompts.map(({ text }) => text))]
  const counts = new Map<string, TokenCount>()
  // A part at a time, since what is sent is held in memory on both sides.
  for (let start = 0; start < texts.length; start += COUNTED_AT_ONCE) {
    const part = texts.slice(start, start + COUNTED_AT_ONCE)
    for (const [i, count] of (await counter.of(part)).entries()) {
      counts.set(part[i] as string, count)
    }
  }
  return { limit: counter.limit, of: (text: string) => counts.get(text) as TokenCount }
}

/** The counter of a model, or of the default one; null where there is none. */
function counters(context: EngineContext) {
  const { folders, settings } = context
  const counterOf = tokenCounters(context)
  return async (wanted: string | undefined): Promise<FoundCounter | null> => {
    if (wanted === undefined) {
      const infos = await listModels(folders, settings.get())
      if (!defaultOf(infos, settings.get(), 'picture-text')) return null
    }
    return counterOf(wanted)
  }
}

/** A file that is there is replaced when the new one is whole. */
async function writeWhole(path: string, text: string): Promise<void> {
  const made = `${path}.part-${process.pid}`
  try {
    const file = await open(made, 'w')
    try {
      await file.writeFile(text)
      await file.sync()
    } finally {
      await file.close()
    }
    await rename(made, path)
  } catch (error) {
    await rm(made, { force: true })
    throw new AppError('io', `${path} cannot be written`, 'Choose another place.', {
      cause: error,
      details: systemMessage(error),
    })
  }
}
