import { readFile } from 'node:fs/promises'
import type { CallInput } from '#shared/contract/index.ts'
import type { promptBases as contract } from '#shared/contract/prompt-bases.ts'
import { PromptEvaluationReport } from '#shared/contract/prompt-evaluation.ts'
import { AppError } from '#shared/errors.ts'
import type { AskedPrompt } from '../../jobs/image-to-prompt/prompt-session.ts'
import { blobPath } from '../../store/blobs.ts'
import {
  openPromptBase,
  promptBaseFolder,
  promptBaseNames,
  readPromptBase,
  removePromptBase,
} from '../../store/open-prompt-base.ts'
import type { PromptDb } from '../../store/open-prompt-base.ts'
import {
  listPrompts,
  promptBaseInfo,
  promptCleanings,
  undoCleaning,
} from '../../store/repositories/prompt-base.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'

export function promptBaseCalls(context: EngineContext): CallsOf<typeof contract> {
  const { home, corpora, folders, settings, promptSession } = context
  const root = home.promptBases
  function reading<T>(base: string, work: (db: PromptDb) => T): T {
    const db = readPromptBase(root, base)
    try {
      return work(db)
    } finally {
      db.close()
    }
  }
  const info = (base: string) =>
    reading(base, (db) => promptBaseInfo(db, base, promptBaseFolder(root, base)))
  return {
    'promptBases.list': () => promptBaseNames(root).map(info),
    'promptBases.get': ({ base }) => info(base),
    'promptBases.prompts': ({ base, ...asked }) => reading(base, (db) => listPrompts(db, asked)),
    'promptBases.cleanings': ({ base }) => reading(base, promptCleanings),
    'promptBases.undo'({ base }) {
      const opened = openPromptBase(root, base)
      try {
        undoCleaning(opened.db)
      } finally {
        opened.close()
      }
      return info(base)
    },
    'promptBases.try'({ picture, ...asked }) {
      const found = sourceOf(picture, (path) => corpora.get(path).corpus.path)
      return promptSession.predict({ ...asked, picture: found }, folders, settings.get())
    },
    'promptBases.report': ({ path }) => readEvaluation(path),
    'promptBases.remove'({ base }) {
      removePromptBase(root, base)
      return {}
    },
  }
}

type Picture = CallInput<'promptBases.try'>['picture']

function sourceOf(picture: Picture, corpusAt: (path: string) => string): AskedPrompt['picture'] {
  if ('base64' in picture) return { name: picture.name, source: { base64: picture.base64 } }
  const path = 'path' in picture ? picture.path : blobPath(corpusAt(picture.corpus), picture.sha256)
  return { name: path, source: { path } }
}

async function readEvaluation(path: string): Promise<PromptEvaluationReport> {
  const text = await readFile(path, 'utf8').catch((error: NodeJS.ErrnoException) => {
    if (error.code === 'ENOENT') throw new AppError('not-found', `There is no file ${path}.`)
    throw new AppError('io', `${path} cannot be read: ${error.message}`)
  })
  try {
    return PromptEvaluationReport.parse(JSON.parse(text))
  } catch {
    throw new AppError(
      'damaged',
      `${path} is no evaluation of a prompt base.`,
      'Evaluate the base again.',
    )
  }
}
