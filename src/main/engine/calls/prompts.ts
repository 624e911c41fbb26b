import { open, rename, rm } from 'node:fs/promises'
import { basename, extname, resolve } from 'node:path'
import type { prompts as contract, PromptProblem, PromptReport } from '#shared/contract/prompts.ts'
import { AppError, systemMessage } from '#shared/errors.ts'
import { SOFTWARE } from '#shared/version.ts'
import { checkPrompts } from '../../evaluation/prompts/check-prompts.ts'
import type { TokenCount } from '../../evaluation/prompts/check-prompts.ts'
import { GENERATOR_VERSION, generatePrompts } from '../../evaluation/prompts/generate-prompts.ts'
import { writePrompts } from '../../evaluation/prompts/write-prompts.ts'
import { pictureText } from '../../inference/kinds/picture-text/kind.ts'
import { defaultOf, listModels, resolveModel } from '../../inference/models/registry.ts'
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
import type { CallsOf } from './calls-of.ts'

export function promptCalls(context: EngineContext): CallsOf<typeof contract> {
  const { corpora, announce, readers } = context
  const { documents } = readers
  const opened = (path: string) => corpora.get(path).corpus
  const tokensOf = tokenCounts(context)

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
      const { value } = await documents.call('prompts', { path, format }, { about })
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
      const found = await tokensOf(
        model,
        texts.map(({ text }) => text),
      )
      const { measures, problems } = checkPrompts(texts, found?.counter)
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

interface Found {
  counter: { limit: number; of(text: string): TokenCount }
  model: string
  name: string
  isDemonstration: boolean
}

/** How picture-text models read texts; null where nobody named a model and there is no default. */
function tokenCounts({ folders, settings, readers }: EngineContext) {
  return async (wanted: string | undefined, texts: readonly string[]): Promise<Found | null> => {
    if (wanted === undefined) {
      const infos = await listModels(folders, settings.get())
      if (!defaultOf(infos, settings.get(), 'picture-text')) return null
    }
    const { id, info, digest, folder, manifest } = await resolveModel(
      folders,
      pictureText,
      wanted,
      settings.get(),
    )
    const all = [...new Set(texts)]
    const { value } = await readers.documents.call(
      'tokens',
      { model: { digest, folder, manifest }, texts: all },
      { about: `The tokenizer of ${info.name}` },
    )
    const counts = new Map(all.map((text, i) => [text, value.counts[i] as TokenCount]))
    return {
      counter: { limit: value.limit, of: (text) => counts.get(text) as TokenCount },
      model: id,
      name: info.name,
      isDemonstration: info.isDemonstration,
    }
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
