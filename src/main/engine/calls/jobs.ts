import type { Handlers } from '#shared/contract/index.ts'
import { JOBS } from '#shared/contract/jobs.ts'
import type { jobs as contract, StartCalls } from '#shared/contract/jobs.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'

export function jobCalls({ runner, jobs }: EngineContext): CallsOf<typeof contract> {
  return {
    'jobs.list': () => runner.list(),
    'jobs.cancel'({ job }) {
      runner.cancel(job)
      return {}
    },
    'jobs.resume': ({ job }) => jobs.again(job),
    'jobs.clear'() {
      jobs.clear()
      return {}
    },
    ...(Object.fromEntries(
      JOBS.filter(({ call }) => call !== null).map(({ call, kind }) => [
        call,
        (input: Parameters<typeof jobs.start>[1]) => jobs.start(kind, input),
      ]),
    ) as unknown as Pick<Handlers, keyof StartCalls>),
  }
}
