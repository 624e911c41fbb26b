import { useRouter } from 'vue-router'
import type { RatingMode } from '#shared/contract/ratings.ts'
import { useClient } from '../../bridge/client.ts'
import { recall } from '../../bridge/persist.ts'
import type { Action } from '../../state/actions.ts'
import { useSession } from '../../state/session.ts'
import { useUi } from '../../state/ui.ts'
import { t } from '../../texts/index.ts'
import type { LastRated } from './rating.ts'

const isLast = (value: unknown): value is LastRated =>
  typeof value === 'object' && value !== null && 'study' in value && 'mode' in value

/** Ways into rating from every view: where one was, or the newest study that can be rated. */
export function ratingCommands(): readonly Action[] {
  const session = useSession()
  const ui = useUi()
  const router = useRouter()

  async function goOn(mode: RatingMode): Promise<void> {
    const corpus = session.path
    if (corpus === null) return
    try {
      const studies = await useClient().call('studies.list', { corpus })
      const open = studies.filter(({ state }) => state !== 'draft')
      const last = recall<LastRated | null>(corpus, 'rating-last', null, isLast)
      const found =
        open.find(({ name }) => name === last?.study) ??
        open.toSorted((a, b) => (b.frozenAt ?? '').localeCompare(a.frozenAt ?? ''))[0]
      if (!found) ui.note(t('rating.noStudy'))
      else await router.push({ name: 'rating', query: { study: found.name, mode } })
    } catch (thrown) {
      ui.fail(thrown)
    }
  }

  const enabled = (): boolean => session.path !== null
  return [
    {
      id: 'rating.go-on',
      writes: true,
      title: t('rating.commands.rate'),
      group: t('rating.keys.group'),
      keys: [],
      enabled,
      run: () => void goOn('rate'),
    },
    {
      id: 'rating.go-on-comparing',
      writes: true,
      title: t('rating.commands.compare'),
      group: t('rating.keys.group'),
      keys: [],
      enabled,
      run: () => void goOn('compare'),
    },
  ]
}
