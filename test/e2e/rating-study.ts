import { copyFileSync, mkdirSync, readFileSync, readdirSync, writeFileSync } from 'node:fs'
import { join, resolve } from 'node:path'
import type { Page } from '@playwright/test'
import { parse } from 'csv-parse/sync'
import { gleaner } from '../support/cli.ts'
import { expect, settled, type Running } from './support.ts'

const SAMPLE = resolve(import.meta.dirname, '../../resources/sample-study')

/** The command line; it must succeed. */
export async function run(home: string, ...args: string[]): Promise<void> {
  const { code, stderr } = await gleaner(args, { home })
  expect(code, stderr).toBe(0)
}

/** A corpus with a frozen study of the sample's first `prompts` prompts, made by the command line. */
export async function makeStudy(home: string, prompts: number, design: object): Promise<string> {
  const folder = join(home, 'study')
  const corpus = join(home, 'first.gleaner')
  for (const model of ['base', 'tuned']) mkdirSync(join(folder, model), { recursive: true })
  const rows = parse<Record<string, string>>(readFileSync(join(SAMPLE, 'prompts.csv')), {
    columns: true,
  }).slice(0, prompts)
  const lines = rows.map(({ group, level, kind, prompt }) => [group, level, kind, prompt].join())
  writeFileSync(join(folder, 'prompts.csv'), ['group,level,kind,prompt', ...lines].join('\n'))
  const starts = rows.map(({ group, level }) => `${group}_${level}_`)
  for (const model of ['base', 'tuned']) {
    for (const name of readdirSync(join(SAMPLE, model))) {
      if (starts.some((start) => name.startsWith(start))) {
        copyFileSync(join(SAMPLE, model, name), join(folder, model, name))
      }
    }
  }
  writeFileSync(join(folder, 'design.json'), JSON.stringify(design))
  await run(
    home,
    ...['study', 'new', corpus, 'first', '--prompts', join(folder, 'prompts.csv')],
    ...['--aspects', join(folder, 'design.json'), '--pattern', '{group}_{level}_{seed}.png'],
    ...['--images', `base=${join(folder, 'base')}`, `tuned=${join(folder, 'tuned')}`],
  )
  await run(home, 'study', 'freeze', corpus, 'first')
  return corpus
}

/** Asks the engine as the window does. */
export async function ask<T>(page: Page, name: string, input: unknown): Promise<T> {
  const reply = await page.evaluate(
    ([n, i]) =>
      (
        window as unknown as { gleaner: { call(n: string, i: unknown): Promise<unknown> } }
      ).gleaner.call(n as string, i),
    [name, input] as const,
  )
  expect(reply).toMatchObject({ ok: true })
  return (reply as { value: T }).value
}

/** Into the rating of the study, by the palette. */
export async function openRating({ page }: Running, command: string): Promise<void> {
  await expect(page.getByRole('navigation', { name: 'Views' })).toBeVisible()
  await expect(page.getByRole('banner')).toContainText('first')
  // The window goes to a view of its own when it starts.
  await settled(page)
  await page.keyboard.press('Control+k')
  await page.keyboard.type(command)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('region', { name: 'Rating', exact: true })).toBeVisible()
}

/** What the window says of where one is; the picture is on the screen. */
export async function place(page: Page): Promise<string> {
  await expect(page.locator('.stage[aria-busy="false"]')).toBeVisible()
  return page.getByRole('status', { name: 'Place' }).innerText()
}
