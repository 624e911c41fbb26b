import { z } from 'zod'
import { CorpusPath } from '../../domain.ts'
import { MAP_NAME, MapSubject } from '../maps.ts'
import { defineJob } from './define.ts'

/** Beyond so many, UMAP lays out a part and places the rest. */
export const MOST_LANDMARKS = 20_000

export const MapInput = z.object({
  corpus: CorpusPath,
  /** Whose embeddings; without it those of the model that made the newest. */
  model: z.string().min(1).optional(),
  subject: MapSubject.default('image'),
  seed: z.number().int().min(0).max(0xffffffff).default(1),
  landmarks: z.number().int().min(100).max(50_000).default(MOST_LANDMARKS),
  neighbours: z.number().int().min(5).max(100).default(15),
  /** What people call it, to choose among several. */
  name: z.string().trim().min(1).max(MAP_NAME).optional(),
  /** Also where the same map is there: it is made anew, not added to. */
  anew: z.boolean().default(false),
})
export type MapInput = z.infer<typeof MapInput>

/** Places all pictures or texts on a plane; what came after the map was made is placed into it. */
export const makeMap = defineJob({
  kind: 'map',
  call: 'jobs.map',
  input: MapInput,
  title: ({ subject }) => (subject === 'image' ? 'Map of the pictures' : `Map of ${subject} texts`),
  lane: 'corpus',
  subject: ({ subject }) => subject,
})
