import { defineFeature } from '../../state/features.ts'
import { ratingCommands } from './rating-commands.ts'
import { useRating } from './rating.ts'
import RatingView from './RatingView.vue'

/** Studies rated item by item, or side by side; one comes here from the place of the studies. */
export const rating = defineFeature({
  name: 'rating',
  view: RatingView,
  commands: ratingCommands,
  refresh: (parts, seen) => useRating().refresh(parts, seen),
  writes: ['ratings'],
})
