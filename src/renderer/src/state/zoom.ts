import { useEventListener } from '@vueuse/core'
import { zoomStep } from '#shared/zoom.ts'
import { useClient } from '../bridge/client.ts'
import { t } from '../texts/index.ts'
import type { Action } from './actions.ts'
import { useUi } from './ui.ts'

/** Changes the size of the window's contents and says which it is now. */
async function zoomTo(next: (now: number) => number): Promise<void> {
  try {
    const client = useClient()
    const { zoom } = await client.shell('shell.zoom', { to: null })
    const to = next(zoom)
    const shown = to === zoom ? zoom : (await client.shell('shell.zoom', { to })).zoom
    useUi().note(t('app.zoom.now', { percent: Math.round(shown * 100) }))
  } catch (error) {
    useUi().fail(error)
  }
}

const larger = (now: number): number => zoomStep(now, 1)
const smaller = (now: number): number => zoomStep(now, -1)

/** Larger, smaller and as it is made, whatever is open. */
export function zoomActions(): Action[] {
  const action = (
    id: string,
    title: string,
    keys: readonly string[],
    next: (now: number) => number,
  ): Action => ({
    id: `app.zoom-${id}`,
    title,
    group: t('app.groups.window'),
    keys,
    everywhere: true,
    run: () => void zoomTo(next),
  })
  return [
    action('in', t('app.zoom.in'), ['Ctrl++', 'Ctrl+='], larger),
    action('out', t('app.zoom.out'), ['Ctrl+-', 'Ctrl+_'], smaller),
    action('reset', t('app.zoom.reset'), ['Ctrl+0'], () => 1),
  ]
}

/** Ctrl+wheel, where it does not size what is under the pointer. */
export function useWheelZoom(): void {
  let turned = 0
  useEventListener(
    window,
    'wheel',
    (event: WheelEvent) => {
      if (!event.ctrlKey || event.defaultPrevented) return
      event.preventDefault()
      // A notch of a wheel is about 100; a touchpad sends many small ones.
      turned += event.deltaY
      if (Math.abs(turned) < 50) return
      const next = turned < 0 ? larger : smaller
      turned = 0
      void zoomTo(next)
    },
    { passive: false },
  )
}
