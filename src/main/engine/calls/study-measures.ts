import type { studyMeasures as contract } from '#shared/contract/study-measures.ts'
import { studyMeasurements } from '../../store/repositories/study-measures.ts'
import { studyOf } from '../../store/repositories/studies.ts'
import type { EngineContext } from '../context.ts'
import type { CallsOf } from './calls-of.ts'

export function studyMeasureCalls({ corpora }: EngineContext): CallsOf<typeof contract> {
  return {
    'studies.measures'({ corpus, study }) {
      const { reader } = corpora.get(corpus).corpus
      return studyMeasurements(reader, studyOf(reader, study))
    },
  }
}
