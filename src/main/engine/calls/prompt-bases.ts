import type { promptBases as contract } from '#shared/contract/prompt-bases.ts'
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
      const path =
        'path' in picture
          ? picture.path
          : blobPath(corpora.get(picture.corpus).corpus.path, picture.sha256)
      return promptSession.predict({ ...asked, path }, folders, settings.get())
    },
    'promptBases.remove'({ base }) {
      removePromptBase(root, base)
      return {}
    },
  }
}
