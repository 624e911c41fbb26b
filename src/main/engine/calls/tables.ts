import { basename, resolve } from 'node:path'
import type { tables as contract } from '#shared/contract/tables.ts'
import { recogniseInputs } from '../../jobs/import/recognise.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'

export function tableCalls({ readers }: EngineContext): CallsOf<typeof contract> {
  return {
    'tables.recognise': (args) =>
      recogniseInputs({ ...args, path: resolve(args.path) }, readers.tables),
    async 'tables.scored'({ path }) {
      const full = resolve(path)
      const { value } = await readers.tables.call(
        'scored',
        { path: full },
        { about: basename(full) },
      )
      return value
    },
  }
}
