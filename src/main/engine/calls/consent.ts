import { existsSync } from 'node:fs'
import type { consentCalls } from '#shared/contract/consent.ts'
import { JOBS } from '#shared/contract/jobs.ts'
import { AppError } from '#shared/errors.ts'
import { launchRequest, readLaunched } from '../../cluster/index.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'

/** What the shell asks before it lets the window start something. */
export function createConsentHandlers({
  settings,
  jobs,
  commands,
}: EngineContext): CallsOf<typeof consentCalls> {
  return {
    'consent.jobInput'({ job }) {
      const { kind, input } = jobs.asked(job)
      const call = JOBS.find((one) => one.kind === kind)?.call ?? null
      return call === null ? null : { call, input }
    },
    'consent.launchQuestion'({ package: folder, launcher: name }) {
      const begun = existsSync(folder) ? readLaunched(folder) : null
      const launcher = begun?.launcher ?? settings.get().launchers.find((one) => one.name === name)
      if (!launcher) {
        throw new AppError(
          'not-found',
          `There is no launcher ${name}.`,
          'Add it to the settings, or choose one of them.',
        )
      }
      const request = launchRequest(folder, launcher)
      const { begin, follow } = request
      if (commands.has(begun ? follow : begin)) return null
      return {
        launcher: launcher.name,
        package: request.folder,
        host: request.host,
        commands: request.commands,
        digests: [begin, follow],
      }
    },
    'consent.allowLaunch'({ digests }) {
      commands.add(digests)
      return {}
    },
  }
}
