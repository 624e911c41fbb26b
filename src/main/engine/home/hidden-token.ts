import { KEPT_TOKEN, type Settings } from '#shared/settings.ts'
import type { SettingsFile } from './home.ts'

/**
 * The settings as they are told and taken: the hub's token goes in and never out, and it goes to the
 * hub that it was given for. An address that is new begins without one, so that whoever takes the
 * window over cannot have the token sent to a server of their own.
 */
export function hideToken(settings: SettingsFile): SettingsFile {
  /** By address, as long as the program runs: so that undoing a change brings the token back. */
  const kept = new Map<string | null, string>()
  const shown = ({ hub, ...others }: Settings): Settings => ({
    ...others,
    hub: { ...hub, token: hub.token === null ? null : KEPT_TOKEN },
  })
  return {
    get: () => shown(settings.get()),
    set(change) {
      const { endpoint, token } = settings.get().hub
      if (token !== null) kept.set(endpoint, token)
      const { hub } = change
      if (hub?.token !== KEPT_TOKEN) return shown(settings.set(change))
      const own = kept.get(hub.endpoint) ?? null
      return shown(settings.set({ ...change, hub: { ...hub, token: own } }))
    },
  }
}
