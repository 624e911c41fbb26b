import type { Ref } from 'vue'

/** What the keys turn to in the view of rating. */
export interface RatingViewParts {
  /** The instructions are read over the items. */
  reading: Ref<boolean>
  /** Both pictures of a comparison in one place. */
  blinking: Ref<boolean>
  leave(): void
}

/** A key that is held down is one key. */
export const once =
  (run: (event?: KeyboardEvent) => void) =>
  (event?: KeyboardEvent): void => {
    if (!event?.repeat) run(event)
  }
