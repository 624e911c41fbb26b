import { AUCTION } from './auction.ts'
import { DIARY } from './diary.ts'
import { FORUM } from './forum.ts'
import { GAZETTE } from './gazette.ts'
import { GUIDE } from './guide.ts'
import { LETTERS } from './letters.ts'
import { LOST } from './lost.ts'
import { PUPPETS } from './puppets.ts'
import { STEPS } from './steps.ts'
import { STORYBOOK } from './storybook.ts'
import { TOLLHOUSE } from './tollhouse.ts'
import type { ToldSite } from './types.ts'
import { WORKSHOP } from './workshop.ts'

/** Sites whose running text says what their pictures show. */
export const TOLD: readonly ToldSite[] = [
  TOLLHOUSE,
  AUCTION,
  FORUM,
  DIARY,
  GAZETTE,
  STORYBOOK,
  WORKSHOP,
  STEPS,
  LETTERS,
  GUIDE,
  LOST,
  PUPPETS,
]
