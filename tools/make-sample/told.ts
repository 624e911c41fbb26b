import { random } from '../draw/random.ts'
import type { Random } from '../draw/random.ts'
import type { Scene } from '../draw/scene.ts'
import { describeFully } from '../draw/words.ts'
import { escape } from './markup.ts'
import { parseScene } from './scene-notation.ts'
import type { Builder, Known } from './builder.ts'
import { LOOKS } from './told-looks.ts'
import type { Look } from './told-looks.ts'
import { describedIn, parseBody, parseLine, partsOf } from './told-notation.ts'
import type { Described } from './told-notation.ts'
import type { ToldPage, ToldSite } from './texts/told/types.ts'
import type { Truth } from './truth.ts'

interface ToldScene {
  scene: Scene
  /** What stands after the semicolon; empty = the words of the text. */
  wish: string
  described: Described | null
  address: string
  small: string | null
}

export const sceneNotation = (notation: string): string =>
  (notation.split(' ; ')[0] as string).trim()

function scenesOf(site: ToldSite, page: ToldPage, look: Look): Map<string, ToldScene> {
  const described = describedIn(page)
  const order = partsOf(parseBody(page.body)).flatMap(({ part }) =>
    typeof part === 'string' ? [part] : [],
  )
  return new Map(
    order.map((id, i) => {
      const notation = page.pictures[id] as string
      const path = look.path(page.slug, i + 1)
      const address = `http://${site.host}${path}`
      return [
        id,
        {
          scene: parseScene(sceneNotation(notation), `${site.host}/${page.slug}/${id}`),
          wish: notation.split(' ; ')[1]?.trim() ?? '',
          described: described.get(id) ?? null,
          address,
          small: look.small === null ? null : address.replace(/(\.\w+)$/, '-small$1'),
        },
      ]
    }),
  )
}

const things = (scene: Scene): Set<string> => new Set(scene.items.map((item) => item.thing.name))

const capital = (text: string): string => text.slice(0, 1).toUpperCase() + text.slice(1)

/** The same words in another spelling, never a piece of the quote itself. */
function respelt(quote: string, rnd: Random, german: boolean): string {
  const bare = quote.replace(/[,;]/g, '')
  const ways = [
    capital(quote),
    `${capital(quote)}.`,
    `${capital(bare)}.`,
    quote.slice(0, 1).toLowerCase() + quote.slice(1),
    ...(german ? [] : [quote.replace(/\b[a-z]/g, (letter) => letter.toUpperCase())]),
  ]
  return rnd.pick(ways.filter((way) => !quote.includes(way)))
}

/** Words for a picture of another page of the site, none of whose things is in this one. */
function strange(mine: ToldScene, others: readonly ToldScene[], rnd: Random): string {
  const own = things(mine.scene)
  const fitting = others.filter(
    ({ scene, described }) =>
      described !== null && [...things(scene)].every((name) => !own.has(name)),
  )
  return capital(rnd.pick(fitting).described?.quote ?? '')
}

const USELESS = [
  'image',
  'IMG_4471.JPG',
  'DSC01277',
  'picture',
  'scan 3',
  'photo',
  'untitled',
  'Click to enlarge',
  'P1000412',
  'thumbnail',
  'IMG-20260212-WA0004',
  'img',
]

function altOf(
  site: ToldSite,
  one: ToldScene,
  others: readonly ToldScene[],
  rnd: Random,
): { alt: string | null; label: Truth['label'] } {
  const quote = one.described?.quote
  const words = /^(?:~|alt) (.+)$/.exec(one.wish)?.[1]
  if (words !== undefined) return { alt: words, label: 'right' }
  switch (one.wish) {
    case 'none':
      return { alt: null, label: 'none' }
    case 'empty':
      return { alt: '', label: 'none' }
    case 'useless':
      return { alt: rnd.pick(USELESS), label: 'useless' }
    case 'wrong':
      return { alt: strange(one, others, rnd), label: 'wrong' }
  }
  if (quote === undefined) throw new RangeError(`${one.address} has neither words nor an alt`)
  if (one.wish === '') return { alt: quote, label: 'right' }
  if (one.wish === '~') return { alt: respelt(quote, rnd, site.language === 'de'), label: 'right' }
  throw new RangeError(`"${one.wish}" is no alt`)
}

const shownSize = (scene: Scene, width: number): { width: number; height: number } => ({
  width,
  height: Math.round((scene.height * width) / scene.width),
})

const plainWords = (text: string): string =>
  parseLine(text)
    .map((part) => (typeof part === 'string' ? '' : part.text))
    .join('')

/** Adds the pages of one site to the builder. */
export function addToldSite(builder: Builder, site: ToldSite): void {
  const look = LOOKS[site.look]
  const pages = site.pages.map((page) => ({ page, scenes: scenesOf(site, page, look) }))
  const logoAddress = `http://${site.host}/logo.png`
  const logo =
    look.logo === undefined
      ? ''
      : `<img src="${logoAddress}"${look.logo === null ? '' : ` alt="${escape(look.logo)}"`} width="48" height="48">`
  const logoTruth: Known[] =
    look.logo === undefined
      ? []
      : [
          {
            addresses: [logoAddress],
            alt: look.logo,
            label: look.logo ? 'useless' : 'none',
            caption: null,
            description: null,
            described: null,
            style: null,
            language: site.language,
            layout: 'navigation',
            role: 'logo',
          },
        ]
  if (look.logo !== undefined)
    builder.draw(logoAddress, parseScene(site.logo, 'logo'), 'png', { width: 48 })
  const item = site.look === 'catalogue' || site.look === 'letters' ? 'li' : null
  const links = [['', site.name] as const, ...site.pages.map((p) => [p.slug, p.title] as const)]
    .map(([slug, title]) => `<a href="http://${site.host}/${slug}">${escape(title)}</a>`)
    .map((link) => (item ? `<${item}>${link}</${item}>` : link))
    .join(item ? '' : ' ')

  const place = (path: string, title: string, body: string, known: readonly Known[]): void => {
    const html = look.page(site, { title, path, logo, links }, body)
    builder.page(
      `http://${site.host}${path}`,
      {
        status: 200,
        headers: { 'Content-Type': 'text/html; charset=utf-8' },
        body: Buffer.from(html),
      },
      // The markup of every look has the logo first.
      [...logoTruth, ...known],
    )
  }

  for (const { page, scenes } of pages) {
    const rnd = random(`${site.host}/${page.slug}`)
    const others = pages
      .filter((other) => other.page !== page)
      .flatMap((other) => [...other.scenes.values()])
    const known: Known[] = []
    const blocks = parseBody(page.body)
    const images = new Map<string, string>()
    for (const [id, one] of scenes) {
      const { alt, label } = altOf(site, one, others, rnd)
      builder.draw(one.address, one.scene, look.format, { width: look.width, quality: 78 })
      if (one.small !== null)
        builder.draw(one.small, one.scene, look.format, { width: look.small ?? 160, quality: 70 })
      const figure = blocks.find((block) => block.kind === 'picture' && block.id === id)
      const caption =
        figure?.kind === 'picture' && figure.caption
          ? figure.caption.map((part) => (typeof part === 'string' ? '' : part.text)).join('')
          : null
      known.push({
        addresses: one.small === null ? [one.address] : [one.address, one.small],
        alt,
        label,
        caption,
        description: describeFully(one.scene),
        described: one.described,
        style: one.scene.style,
        language: site.language,
        layout: site.look,
        role: 'content',
      })
      const { width, height } = shownSize(one.scene, look.width)
      images.set(id, look.image({ address: one.address, small: one.small, alt, width, height }))
    }
    place(
      `/${page.slug}`,
      page.title,
      look.body(blocks, (id) => images.get(id) ?? ''),
      known,
    )
  }

  const rnd = random(`${site.host} index`)
  const known: Known[] = []
  const teasers = pages.map(({ page, scenes }, i) => {
    const marked = parseLine(page.summary).find(
      (part) => typeof part !== 'string' && part.describes !== null,
    )
    const mark = typeof marked === 'object' ? marked : null
    const id = mark?.describes ?? Object.keys(page.pictures)[0] ?? ''
    const one = scenes.get(id)
    if (!one) throw new RangeError(`${page.slug}: its summary tells of ${id}`)
    const quote = mark?.text ?? one.described?.quote ?? ''
    const alt = mark && i % 2 === 0 ? quote : respelt(quote, rnd, site.language === 'de')
    known.push({
      addresses: one.small === null ? [one.address] : [one.address, one.small],
      alt,
      label: 'right',
      caption: null,
      description: describeFully(one.scene),
      described: mark ? { source: 'after', quote } : null,
      style: one.scene.style,
      language: site.language,
      layout: 'index',
      role: 'teaser',
    })
    const { width, height } = shownSize(one.scene, look.width)
    return look.teaser(
      `http://${site.host}/${page.slug}`,
      escape(page.title),
      look.image({ address: one.address, small: one.small, alt, width, height }),
      escape(plainWords(page.summary)),
    )
  })
  place('/', site.name, teasers.join('\n'), known)
}
