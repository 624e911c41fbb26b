import { existsSync } from 'node:fs'
import type { system as contract } from '#shared/contract/system.ts'
import { SOFTWARE_VERSION } from '#shared/version.ts'
import type { EngineContext } from '../context.ts'
import { hideToken } from '../home/hidden-token.ts'
import type { CallsOf } from './calls-of.ts'
import { runDoctor } from './doctor.ts'
import { sampleFolder } from './sample.ts'

export function systemCalls(context: EngineContext): CallsOf<typeof contract> {
  const { home, settings, folders, devices, deviceStates } = context
  const sample = sampleFolder(context)
  const told = hideToken(settings)
  return {
    'settings.get': () => told.get(),
    'settings.set': (change) => told.set(change),
    'system.notes': () => context.notes.list(),
    'system.doctor': () => runDoctor({ home, folders, settings: settings.get(), deviceStates }),
    'system.devices': ({ again }) => deviceStates(again),
    async 'system.info'() {
      return {
        version: SOFTWARE_VERSION,
        sampleArchive: existsSync(sample) ? sample : null,
        corporaFolder: home.corpora,
        devices: await devices(),
      }
    },
  }
}
