import { findings } from './axe.ts'
import { makeStudy, openRating, place } from './rating-study.ts'
import { expect, settled, test } from './support.ts'

test('every view can be used with a screen reader and read at its contrast, dark and light', async ({
  start,
}) => {
  const { page } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  // Pairs with a mark and with the facets beside them.
  await page.getByRole('option').first().click()
  await page.keyboard.press('k')
  await expect(page.getByRole('dialog', { name: 'Who marks?' })).toBeVisible()
  expect(await findings(page), 'who marks').toEqual([])
  await page.keyboard.press('Escape')
  await page.keyboard.press('f')
  await expect(page.getByRole('complementary', { name: 'Facets' })).toBeVisible()
  // Judge shows its study when the sample is whole.
  await page.keyboard.press('7')
  await expect(page.getByRole('tab', { name: 'Raters' })).toBeVisible({ timeout: 120_000 })
  for (const theme of ['dark', 'light']) {
    await page.evaluate((chosen) => (document.documentElement.dataset['theme'] = chosen), theme)
    const views = page.getByRole('navigation', { name: 'Views' }).getByRole('link')
    for (const view of await views.all()) {
      await view.click()
      await settled(page)
      expect(await findings(page), `${theme}, ${await view.innerText()}`).toEqual([])
      const name = page.getByRole('textbox', { name: 'Your name' })
      if (await name.isVisible()) {
        await name.fill('Anna')
        await name.press('Enter')
        await expect(page.getByRole('group', { name: 'Text around the picture' })).toBeVisible()
        expect(await findings(page), `${theme}, labeling`).toEqual([])
      }
      const parts = page.getByRole('tablist', { name: 'Parts of the study' })
      if (await parts.isVisible()) {
        for (const part of await parts.getByRole('tab').all()) {
          await part.click()
          await settled(page)
          expect(await findings(page), `${theme}, ${await part.innerText()}`).toEqual([])
        }
        await page.keyboard.press('Control+Shift+N')
        await page.getByText('Aspects, instructions, order and checks').click()
        await page.getByRole('button', { name: 'Question and anchors of Objects' }).click()
        await settled(page)
        expect(await findings(page), `${theme}, new study`).toEqual([])
        await page.keyboard.press('Escape')
      }
      const make = page.getByRole('button', { name: /^Generate prompts…/ })
      if (await make.isVisible()) {
        await make.click()
        expect(await findings(page), `${theme}, generating prompts`).toEqual([])
        await page.keyboard.press('Enter')
        await expect(page.getByRole('treeitem').first()).toBeVisible()
        await page.keyboard.press('ArrowDown')
        await page.keyboard.press('Enter')
        expect(await findings(page), `${theme}, prompts`).toEqual([])
        await page.keyboard.press('Escape')
      }
    }
    for (const key of ['?', 'Control+K']) {
      await page.keyboard.press(key)
      await settled(page)
      expect(await findings(page), `${theme}, after ${key}`).toEqual([])
      await page.keyboard.press('Escape')
    }
  }
})

test('rating can be used with a screen reader and read at its contrast, dark and light', async ({
  start,
  home,
}) => {
  const design = { compare: true, repeats: 0, leastRepeats: 0, checkEvery: 0, practice: 0 }
  await makeStudy(home, 2, design)
  const running = await start()
  const { page } = running
  const themes = async (what: string): Promise<void> => {
    for (const theme of ['dark', 'light']) {
      await page.evaluate((chosen) => (document.documentElement.dataset['theme'] = chosen), theme)
      await settled(page)
      expect(await findings(page), `${theme}, ${what}`).toEqual([])
    }
  }
  await openRating(running, 'Rate a study')
  await page.getByRole('textbox', { name: 'Your name' }).waitFor()
  await themes('who rates')
  await page.keyboard.type('Anna')
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Instructions' })).toBeVisible()
  await themes('instructions')
  await page.keyboard.press('Enter')
  await place(page)
  await page.keyboard.press('3')
  await page.keyboard.press('x')
  await themes('a picture')
  await page.keyboard.press('a')
  // Says why it does not go on.
  await page.keyboard.press('ArrowRight')
  await themes('meanings')
  for (let i = 0; i < 4; i++) {
    await place(page)
    await page.keyboard.press('s')
  }
  await expect(page.getByRole('heading', { name: 'You are through' })).toBeVisible()
  await themes('the end')
  await openRating(running, 'Compare side')
  await expect(page.getByRole('heading', { name: 'Instructions' })).toBeVisible()
  await page.keyboard.press('Enter')
  await place(page)
  await themes('a pair')
})

test('everything that can be focused shows that it is', async ({ start }) => {
  const { page } = await start()
  await expect(page.getByRole('option').first()).toBeVisible({ timeout: 60_000 })
  const seen = new Set<string>()
  for (let i = 0; i < 25; i++) {
    await page.keyboard.press('Tab')
    const focus = await page.evaluate(() => {
      const element = document.activeElement
      if (!element || element === document.body) return null
      // A list with a cursor of its own shows the ring there.
      const active = element.getAttribute('aria-activedescendant')
      const shown = (active && document.getElementById(active)) || element
      const style = getComputedStyle(shown)
      const frame = getComputedStyle(shown.querySelector('.frame, .picture, .mat') ?? shown)
      const name = element.getAttribute('aria-label') ?? element.textContent?.trim() ?? ''
      const ring = style.outlineStyle !== 'none' && parseFloat(style.outlineWidth) > 0
      const inner = frame.outlineStyle !== 'none' && parseFloat(frame.outlineWidth) > 0
      return { name: name.slice(0, 40), ring: ring || inner || style.boxShadow !== 'none' }
    })
    if (!focus) continue
    seen.add(focus.name)
    expect(focus.ring, `focus on "${focus.name}"`).toBe(true)
  }
  expect(seen.size).toBeGreaterThan(8)
})
