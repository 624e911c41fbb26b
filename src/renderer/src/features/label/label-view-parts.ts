import type { Ref } from 'vue'
import type { Place } from './label-text.ts'

/** What the keys open or turn to in the view of labels. */
export interface LabelViewParts {
  large: Ref<boolean>
  findOpen: Ref<boolean>
  listOpen: Ref<boolean>
  pageOpen: Ref<boolean>
  agreementOpen: Ref<boolean>
  typesOpen: Ref<boolean>
  words(): { wordInView(): Place | null; focus(): void } | null
  openNote(): void
  focusFilter(): void
  openName(): void
}

/** A key that is held down must not answer item after item. */
export const once =
  (run: () => void) =>
  (event?: KeyboardEvent): void => {
    if (!event?.repeat) run()
  }
