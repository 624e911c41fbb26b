import { Notification } from 'electron'
import type { BrowserWindow } from 'electron'
import type { AttentionOptions } from './attention.ts'

/** One that nobody holds is collected, and its click is lost. */
const shown = new Set<Notification>()

/** Notifications of the system, and the bar of the task bar. @param goThere shows the list of jobs */
export function systemAttention(
  window: () => BrowserWindow | null,
  goThere: () => void,
): AttentionOptions {
  const live = (): BrowserWindow | null => {
    const found = window()
    return found && !found.isDestroyed() ? found : null
  }
  return {
    now: Date.now,
    isInFront: () => live()?.isFocused() ?? false,
    notify(title, body) {
      if (!Notification.isSupported()) return
      const notice = new Notification({ title, body })
      const forget = (): void => void shown.delete(notice)
      notice.on('click', () => {
        forget()
        const found = live()
        if (!found) return
        if (found.isMinimized()) found.restore()
        found.focus()
        goThere()
      })
      notice.on('close', forget)
      shown.add(notice)
      notice.show()
    },
    progress(share) {
      // 2 and more is a bar without an end.
      live()?.setProgressBar(share ?? 2)
    },
  }
}
