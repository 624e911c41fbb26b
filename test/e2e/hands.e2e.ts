import type { Page } from '@playwright/test'
import { ask } from './rating-study.ts'
import { expect, settled, test, type Running } from './support.ts'

const zoomOf = ({ app }: Running): Promise<number> =>
  app.evaluate(
    ({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getZoomFactor() ?? 0,
  )
/** Whether two things on the screen lie over each other. */
async function overlap(page: Page, one: string, other: string): Promise<boolean> {
  const box = async (selector: string) => {
    const found = await page.locator(selector).first().boundingBox()
    expect(found, selector).not.toBeNull()
    return found as NonNullable<typeof found>
  }
  const [a, b] = [await box(one), await box(other)]
  return a.x < b.x + b.width && b.x < a.x + a.width && a.y < b.y + b.height && b.y < a.y + a.height
}

test('keys work from within a text field, the palette reaches every view, and the zoom is remembered', async ({
  start,
}) => {
  const first = await start()
  const { page } = first
  const view = (name: string) => page.getByRole('region', { name: `${name} view` })
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('/')
  await page.keyboard.type('alt:')
  await page.keyboard.press('Control+9')
  await expect(view('Jobs')).toBeVisible()

  await page.keyboard.press('Control+k')
  await page.keyboard.type('score')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog', { name: 'Score' })).toBeVisible()
  // By its mark-up: what lies behind a dialog is hidden from roles.
  await expect(page.locator('section[aria-label="Cutoff view"]')).toBeAttached()
  // It is as large as one likes, whatever is open.
  await page.keyboard.press('Control+=')
  await expect.poll(() => zoomOf(first)).toBeCloseTo(1.1)
  await page.keyboard.press('Control+=')
  await expect.poll(() => zoomOf(first)).toBeCloseTo(1.25)
  await page.keyboard.press('Escape')
  await first.close()

  const again = await start()
  await expect(again.page.getByRole('region', { name: 'Cutoff view' })).toBeVisible()
  expect(await zoomOf(again)).toBeCloseTo(1.25)
  await again.page.keyboard.press('Control+0')
  await expect.poll(() => zoomOf(again)).toBe(1)
  // Where the wheel does not size the grid it sizes the window.
  await again.page.mouse.move(30, 500)
  await again.page.keyboard.down('Control')
  await again.page.mouse.wheel(0, -120)
  await again.page.keyboard.up('Control')
  await expect.poll(() => zoomOf(again)).toBeCloseTo(1.1)
})

/**
 * Controls that no scrolling brings into view: they lie outside of something that cuts them off.
 * Where an ancestor scrolls, what it holds can be brought within it.
 */
async function outOfReach(page: Page): Promise<string[]> {
  return page.evaluate(() => {
    const found: string[] = []
    const controls = 'button, a[href], input, select, textarea, [role="tab"], [role="slider"]'
    for (const element of document.querySelectorAll<HTMLElement>(controls)) {
      const box = element.getBoundingClientRect()
      if (!element.checkVisibility() || box.width < 2 || box.height < 2) continue
      let [left, right, top, bottom] = [box.left, box.right, box.top, box.bottom]
      let lost = false
      for (let outer = element.parentElement; outer && !lost; outer = outer.parentElement) {
        const { overflowX, overflowY, position } = getComputedStyle(outer)
        const frame = outer.getBoundingClientRect()
        const scrolls = (value: string): boolean => value === 'auto' || value === 'scroll'
        if (scrolls(overflowX))
          [left, right] = [frame.left, Math.min(frame.right, frame.left + box.width)]
        else if (overflowX !== 'visible')
          lost ||= right - box.width / 2 > frame.right || left + box.width / 2 < frame.left
        if (scrolls(overflowY))
          [top, bottom] = [frame.top, Math.min(frame.bottom, frame.top + box.height)]
        else if (overflowY !== 'visible')
          lost ||= bottom - box.height / 2 > frame.bottom || top + box.height / 2 < frame.top
        if (position === 'fixed') break
      }
      lost ||= (left + right) / 2 > innerWidth || (top + bottom) / 2 > innerHeight
      if (lost)
        found.push(
          `${element.tagName} ${element.getAttribute('aria-label') ?? element.textContent?.trim().slice(0, 40)}`,
        )
    }
    return found
  })
}

test('in a small window and at 200 % everything that can be pressed is in reach, in every view', async ({
  start,
}) => {
  const { app, page } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await app.evaluate(({ BrowserWindow }) =>
    BrowserWindow.getAllWindows()[0]?.setContentSize(1024, 700),
  )
  await page.keyboard.press('4')
  await page.getByRole('textbox', { name: 'Your name' }).waitFor()
  await page.keyboard.type('Marta')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('group', { name: 'Text around the picture' })).toBeVisible()
  for (const zoom of [1, 2]) {
    await ask(page, 'shell.zoom', { to: zoom })
    await expect.poll(() => page.evaluate(() => innerWidth)).toBeLessThanOrEqual(1024 / zoom)
    for (const key of ['1', '2', '3', '4', '5', '6', '7', '8', '9', ',']) {
      await page.keyboard.press(`Control+${key}`)
      await settled(page)
      const lost = await outOfReach(page)
      expect(lost, `view ${key} at ${zoom * 100} %`).toEqual([])
      const moved = await page.evaluate(() => [
        document.documentElement.scrollLeft,
        scrollX,
        scrollY,
      ])
      expect(moved).toEqual([0, 0, 0])
    }
  }
})

test('messages cover nothing that is read and come one at a time; what was labeled today is counted and listed', async ({
  start,
}) => {
  const running = await start()
  const { page } = running
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  await page.keyboard.press('4')
  await page.getByRole('textbox', { name: 'Your name' }).waitFor()
  await page.keyboard.type('Marta')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('group', { name: 'Text around the picture' })).toBeVisible()

  // A note of the window, and news of the engine.
  await page.keyboard.press('Control+z')
  const note = page.getByRole('region', { name: 'Notes' }).getByRole('status')
  await expect(note).toContainText('Nothing to undo')
  expect(await overlap(page, '.note', '.answers')).toBe(false)
  await running.app.evaluate(({ BrowserWindow }) => {
    const { webContents } = BrowserWindow.getAllWindows()[0] ?? {}
    webContents?.send('event', 'notes.added', { note: 'The first news. '.repeat(20) })
    webContents?.send('event', 'notes.added', { note: 'The second news.' })
  })
  const news = page.getByRole('region', { name: 'Messages' }).getByRole('status')
  await expect(news).toContainText('The second news.')
  await expect(news).toContainText('1 of 2')
  for (const read of ['[data-label-words]', '.options', '.answers', 'footer.status']) {
    expect(await overlap(page, '.toast', read), read).toBe(false)
  }
  await news.getByRole('button', { name: 'Close message' }).click()
  await expect(news).toContainText('The first news.')
  await news.getByRole('button', { name: 'Close message' }).click()
  await expect(news).toHaveCount(0)
  // The day counts what was labeled, not what the queue asks for.
  await page.keyboard.press('1')
  await page.keyboard.press('Enter')
  const [corpus] = await ask<{ path: string }[]>(page, 'corpora.recent', {})
  await expect
    .poll(async () => {
      const { today } = await ask<{ today: number }>(page, 'labels.progress', {
        corpus: corpus?.path,
        annotator: 'Marta',
        where: 'id=999999',
      })
      return today
    })
    .toBe(1)
  // And it is found again.
  await page.keyboard.press('Control+l')
  const list = page.getByRole('dialog', { name: 'My labels' })
  await list
    .getByRole('button', { name: /^Open pair/ })
    .first()
    .click()
  await expect(page.getByRole('region', { name: 'Your labels' })).toBeVisible()
})
