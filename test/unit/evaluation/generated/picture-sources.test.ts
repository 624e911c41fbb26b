import { mkdirSync, mkdtempSync, realpathSync, symlinkSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { readManifest } from '../../../../src/main/evaluation/generated/manifest.ts'
import { createTie, planImages } from '../../../../src/main/evaluation/generated/plan-images.ts'
import { walkPictures } from '../../../../src/main/evaluation/generated/walk-pictures.ts'

function folderOf(files: Record<string, string>): string {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'sources-')))
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(root, name)), { recursive: true })
    writeFileSync(join(root, name), text)
  }
  return root
}
const PROMPTS = [
  { group: 'car', kind: 'k', level: 1, text: 'a red car' },
  { group: 'car', kind: 'k', level: 2, text: 'a red car, at night' },
]

describe('a folder', () => {
  test('is walked in the order of people, and what is left out is told', async () => {
    const root = folderOf({
      'run/a10.png': '',
      'run/a2.png': '',
      'run/a1.JPEG': '',
      'b.webp': '',
      '.DS_Store': '',
      '.cache/x.png': '',
      'prompts.csv': '',
    })
    const found = await walkPictures(root)
    expect(found.files.map(({ name }) => name)).toEqual([
      'b.webp',
      'run/a1.JPEG',
      'run/a2.png',
      'run/a10.png',
    ])
    expect(found.files[0]?.path).toBe(join(root, 'b.webp'))
    expect(found.leftOut.map(({ name, reason }) => [name, reason]).sort()).toEqual([
      ['.DS_Store', 'hidden'],
      ['.cache', 'hidden'],
      ['prompts.csv', 'not-a-picture'],
    ])
  })

  test.skipIf(process.platform === 'win32')('is not left through links', async () => {
    const outside = folderOf({ 'secret.png': '', 'more/a.png': '' })
    const root = folderOf({ 'a.png': '', 'sub/b.png': '' })
    symlinkSync(join(outside, 'secret.png'), join(root, 'c.png'))
    symlinkSync(join(outside, 'more'), join(root, 'd'))
    symlinkSync(join(root, 'sub'), join(root, 'e'))
    symlinkSync(join(root, 'a.png'), join(root, 'f.png'))
    symlinkSync(join(root, 'nowhere.png'), join(root, 'g.png'))
    symlinkSync(root, join(root, 'sub/up'))
    const found = await walkPictures(root)
    expect(found.files.map(({ name }) => name)).toEqual(['a.png', 'f.png', 'sub/b.png'])
    expect(found.leftOut.map(({ name, reason }) => [name, reason])).toEqual([
      ['c.png', 'link-outside'],
      ['d', 'link-outside'],
      ['e', 'link-to-folder'],
      ['g.png', 'unreadable'],
      ['sub/up', 'link-to-folder'],
    ])
  })

  test('that is not there, or too large, is an error', async () => {
    await expect(walkPictures('/nowhere/at/all')).rejects.toMatchObject({ kind: 'not-found' })
    const root = folderOf({ 'a.png': '', 'b.png': '', 'c.png': '' })
    await expect(walkPictures(root, 2)).rejects.toMatchObject({ kind: 'refused' })
  })
})

async function planOf(path: string, roots?: string[]) {
  const manifest = await readManifest(path, roots)
  const tie = createTie(PROMPTS, { by: 'manifest' })
  const plan = planImages(
    PROMPTS,
    manifest.files.map((file) => tie(file, null)),
  )
  return { manifest, plan }
}

describe('a manifest', () => {
  test('of CSV with a text, quotes and a mark of its order ties by the text', async () => {
    const root = folderOf({
      'list.csv':
        '\ufeffFile Name,Prompt,Seed,Num-Inference-Steps,guidance_scale,model,note\r\nimg/1.png,a red car,18446744073709551615,20,7.5,sd,x\r\nimg\\2.png,"a red car, at night",7,,,,\r\n,a red car,1,,,,\r\nimg/3.png,a red car\r\n',
      'img/1.png': '',
      'img/2.png': '',
    })
    const { manifest, plan } = await planOf(join(root, 'list.csv'))
    expect(plan.images).toMatchObject([
      {
        path: join(root, 'img/1.png'),
        name: 'img/1.png',
        prompt: 0,
        seed: '18446744073709551615',
        by: 'manifest',
        settings: { steps: 20, guidance: 7.5, model: 'sd' },
        guessed: [],
      },
      { path: join(root, 'img/2.png'), prompt: 1, seed: '7', settings: { steps: null } },
    ])
    expect(manifest.columns).toMatchObject({
      path: 'File Name',
      prompt: 'Prompt',
      steps: 'Num-Inference-Steps',
    })
    expect(manifest.ignored).toEqual(['note'])
    expect(manifest.leftOut.map(({ name, reason }) => [name, reason])).toEqual([
      ['row 3', 'no-path'],
      ['row 4', 'damaged-row'],
    ])
  })

  test('of CSV with semicolons ties by group and level', async () => {
    const root = folderOf({
      'm.csv': 'image;group;level;take\na.png;Car;02;1\nb.png;car;1;1\nc.png;bus;1;1\n',
      'a.png': '',
      'b.png': '',
      'c.png': '',
    })
    const { plan } = await planOf(join(root, 'm.csv'))
    expect(plan.images.map(({ name, prompt, take }) => [name, prompt, take])).toEqual([
      ['b.png', 0, 0],
      ['a.png', 1, 0],
    ])
    expect(plan.unmatched).toMatchObject([{ name: 'c.png', reason: 'unknown-group' }])
  })

  test('of JSON Lines, as an image folder has it, keeps rows beside damaged ones', async () => {
    const lines = [
      '{"file_name":"0.png","text":"a red car","seed":12345678901234567890,"cfg":NaN}',
      '{"file_name":',
      '[1]',
      '',
      '{"text":"a red car, at night","file_name":"1.png","negative_prompt":""}',
    ]
    const root = folderOf({ 'metadata.jsonl': lines.join('\r\n'), '0.png': '', '1.png': '' })
    const { manifest, plan } = await planOf(join(root, 'metadata.jsonl'))
    expect(plan.images).toMatchObject([
      {
        name: '0.png',
        prompt: 0,
        seed: '12345678901234567890',
        settings: { guidance: null, negativePrompt: null },
      },
      { name: '1.png', prompt: 1, seed: null, settings: { negativePrompt: '' } },
    ])
    expect(manifest.leftOut.map(({ name, reason }) => [name, reason])).toEqual([
      ['row 2', 'damaged-row'],
      ['row 3', 'damaged-row'],
    ])
  })

  test('of a list of JSON ties by the index', async () => {
    const root = folderOf({
      'm.json':
        '[{"path":"a.png","index":1},{"path":"a.png","index":0},{"path":"b.png","index":7}]',
      'a.png': '',
      'b.png': '',
    })
    const { plan } = await planOf(join(root, 'm.json'))
    expect(plan.images.map(({ name, prompt }) => [name, prompt])).toEqual([['a.png', 0]])
    // One file cannot be the picture of two prompts.
    expect(plan.doubles).toMatchObject([{ name: 'a.png' }])
    expect(plan.unmatched).toMatchObject([{ name: 'b.png', reason: 'no-such-prompt' }])
  })

  test('leads nowhere outside of its folder but where a person said so', async () => {
    const outside = folderOf({ 'secret.png': '', 'other.png': '' })
    const root = folderOf({ 'in/a.png': '' })
    if (process.platform !== 'win32')
      symlinkSync(join(outside, 'other.png'), join(root, 'in/link.png'))
    const paths = [
      'a.png',
      '../../etc/passwd',
      `../../${outside.split('/').at(-1)}/secret.png`,
      join(outside, 'secret.png'),
      join(root, 'in/a.png'),
      '/etc/passwd',
      'https://a.example/b.png',
      'gone.png',
      '.',
      'in\0.png',
      'link.png',
    ]
    const path = join(root, 'in/m.jsonl')
    writeFileSync(
      path,
      paths.map((file) => JSON.stringify({ file, prompt: 'a red car' })).join('\n'),
    )
    const reasons = async (roots?: string[]) => {
      const { files, leftOut } = await readManifest(path, roots)
      return { taken: files.map(({ name }) => name), left: leftOut.map(({ reason }) => reason) }
    }
    expect(await reasons()).toEqual({
      taken: ['a.png', join(root, 'in/a.png')],
      left: [
        'outside-folder',
        'outside-folder',
        'outside-folder',
        'outside-folder',
        'not-a-path',
        'not-found',
        'not-a-file',
        'not-a-path',
        'outside-folder',
      ],
    })
    expect((await reasons([outside])).taken).toEqual([
      'a.png',
      join(outside, 'secret.png'),
      join(root, 'in/a.png'),
      'link.png',
    ])
  })

  test.each([
    ['no column of files', 'm.csv', 'a,prompt\n1,x\n', 'invalid-input'],
    ['nothing that tells the prompt', 'm.csv', 'file,seed\na.png,1\n', 'invalid-input'],
    ['no list', 'm.json', '{"file":"a.png"}', 'invalid-input'],
    ['a quote that is never closed', 'm.csv', 'file,prompt\n"a.png,x\n', 'damaged'],
    ['nothing at all', 'm.csv', '', 'invalid-input'],
  ])('with %s is an error', async (_, name, text, kind) => {
    await expect(readManifest(join(folderOf({ [name]: text }), name))).rejects.toMatchObject({
      kind,
    })
  })

  test('a line without end is one damaged row', async () => {
    const root = folderOf({
      'm.jsonl': `{"file":"a.png","prompt":"x"}\n{"file":"${'x'.repeat(9 << 20)}\n{"file":"a.png","prompt":"x"}`,
      'a.png': '',
    })
    const { files, leftOut } = await readManifest(join(root, 'm.jsonl'))
    expect(files).toHaveLength(2)
    expect(leftOut.map(({ name, reason }) => [name, reason])).toEqual([['row 2', 'damaged-row']])
  })
})
