import { ref } from 'vue'
import { useClient } from '../../bridge/client.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import type { Desk } from './rating-desk.ts'
import type { Saving } from './rating-saving.ts'

export interface StepParts {
  desk: Desk
  saving: Saving
  /** Whether the item at the desk is what is seen. */
  isShown(): boolean
  goTo(index: number, aspect: string): void
}

/** Back and forth through all that a rater said in a mode of a study, without limit. */
export function createSteps(parts: StepParts) {
  const { desk, saving } = parts
  const ui = useUi()
  /** Under way; until they are done no key answers. */
  const steps = ref(0)
  let stepping: Promise<void> = Promise.resolve()

  /** One after the other, as often as the key was pressed. */
  function step(how: 'ratings.undo' | 'ratings.redo'): Promise<void> {
    if (desk.draft.value !== '') {
      desk.draft.value = ''
      return Promise.resolve()
    }
    steps.value++
    stepping = stepping.then(() => stepNow(how)).finally(() => steps.value--)
    return stepping
  }

  async function stepNow(how: 'ratings.undo' | 'ratings.redo'): Promise<void> {
    const at = desk.seat.value
    if (!at) return
    try {
      await saving.writer.settled()
      if (saving.unsaved.value > 0) {
        ui.note(t('rating.undoWaits'))
        return
      }
      const { corpus, rater, mode } = at
      const taken = await useClient().call(how, { corpus, study: at.study.name, rater, mode })
      if (desk.seat.value !== at) return
      if (!taken) {
        ui.note(how === 'ratings.undo' ? t('rating.nothingToUndo') : t('rating.nothingToRedo'))
        return
      }
      const index = desk.indexOf(taken.task)
      if (index < 0) return
      desk.take(index, taken.answers)
      if (index === desk.at.value && parts.isShown()) desk.lightOn(taken.aspect)
      else parts.goTo(index, taken.aspect)
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  return { steps, step }
}
