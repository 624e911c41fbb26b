import { z } from 'zod'
import { CorpusPath, PairId } from '../domain.ts'
import { MarkChange, MarkSummary } from '../marks.ts'
import { call } from './call.ts'
import { Annotator } from './labels.ts'
import { ScoreSource } from './pairs.ts'

/** Which pairs are meant: some, a part of a selection (`pairs.select`), or all that a filter keeps. */
export const MarkTarget = z.union([
  z.object({ ids: z.array(PairId).min(1).max(10_000) }),
  z.object({
    selection: z.string(),
    /** Places in its order, both ends belong to it. */
    ranges: z.array(z.tuple([z.number().int().min(0), z.number().int().min(0)])).min(1),
  }),
  z.object({ where: z.string(), score: ScoreSource.nullable().default(null) }),
])
export type MarkTarget = z.infer<typeof MarkTarget>

const Person = z.object({ corpus: CorpusPath, person: Annotator })
/** An action of that person; otherwise the last one. */
const Step = Person.extend({ event: z.string().optional() })
/** The action that was taken back or brought back, and of how many pairs; null = there is none. */
const Stepped = z.object({ event: z.string(), pairs: z.number().int() }).nullable()

export const marks = {
  /** One action, one event, however many pairs; `pairs` says how many. */
  'marks.set': call(
    Person.extend({ target: MarkTarget, change: MarkChange }),
    z.object({ event: z.string(), pairs: z.number().int() }),
  ),
  'marks.undo': call(Step, Stepped),
  'marks.redo': call(Step, Stepped),
  'marks.summary': call(z.object({ corpus: CorpusPath }), MarkSummary),
  /** All events as JSON Lines, to be merged on another machine. */
  'marks.export': call(
    z.object({ corpus: CorpusPath, out: z.string().min(1) }),
    z.object({ events: z.number().int(), pairs: z.number().int() }),
  ),
  /** Takes in events of other machines; pairs are found by page, picture and place on the page. */
  'marks.merge': call(
    z.object({ corpus: CorpusPath, files: z.array(z.string().min(1)).min(1) }),
    z.object({
      /** Events that were not known, and pairs that known or new ones are now about. */
      added: z.number().int(),
      pairs: z.number().int(),
      known: z.number().int(),
      refused: z.array(z.object({ reason: z.string(), n: z.number().int(), example: z.string() })),
    }),
  ),
}
