import { random } from '../draw/random.ts'
import type { Random } from '../draw/random.ts'
import type { Scene } from '../draw/scene.ts'
import { describe, describeFully } from '../draw/words.ts'
import { Builder } from './builder.ts'
import type { Known } from './builder.ts'
import { encodeIn } from './encodings.ts'
import { CAPTIONED, SECOND, escape, frame, picture, stylesheet } from './markup.ts'
import type { Shown } from './markup.ts'
import { parseScene } from './scene-notation.ts'
import type { Resource } from './server.ts'
import { ABROAD } from './texts/abroad.ts'
import { BLOG } from './texts/blog.ts'
import { KITCHEN } from './texts/kitchen.ts'
import { MEADOW } from './texts/meadow.ts'
import { MUSEUM } from './texts/museum.ts'
import { SHOP } from './texts/shop.ts'
import { TOLD } from './texts/told/index.ts'
import type { Layout, PageText, SiteText } from './texts/types.ts'
import { addToldSite } from './told.ts'
import type { Truth } from './truth.ts'

export const SITES = [MEADOW, MUSEUM, SHOP, BLOG, KITCHEN]

const USELESS = [
  'IMG_2041',
  'IMG_0007.JPG',
  'DSC00381',
  'image',
  'picture',
  'photo 3',
  'untitled-1 copy',
  'Click to enlarge',
  'thumbnail',
  'product image',
  'banner_top_final2',
  'placeholder',
  'Screenshot 2026-03-11',
  'foto',
  '1',
]

const EMOJI = ['⭐', '❤️', '🐙', '🎉', '👨‍👩‍👧', '✨', '🏳️‍🌈', '🦊']

/** The whole site, ready to be served, and what is known about its pictures. */
export interface Site {
  resources: Map<string, Resource>
  seeds: string[]
  truth: Truth[]
}

const html = (body: string, charset = 'utf-8', bytes: Buffer = Buffer.from(body)): Resource => ({
  status: 200,
  headers: { 'Content-Type': `text/html; charset=${charset}` },
  body: bytes,
})

const things = (scene: Scene): Set<string> => new Set(scene.items.map((item) => item.thing.name))

/** What another picture of the site shows, none of whose objects is in this one. */
function wrongWords(scene: Scene, others: readonly Scene[], rnd: Random): string {
  const mine = things(scene)
  const fitting = others.filter((other) => [...things(other)].every((name) => !mine.has(name)))
  return describe(rnd.pick(fitting), rnd)
}

interface Alt {
  alt: string | null
  label: Truth['label']
}

function chooseAlt(scene: Scene, others: readonly Scene[], rnd: Random, page: PageText): Alt {
  const dice = rnd.next()
  if (dice < 0.57) {
    const words = describe(scene, rnd)
    const alt = page.slug === 'stickers' || rnd.chance(0.04) ? `${words} ${rnd.pick(EMOJI)}` : words
    return { alt, label: 'right' }
  }
  if (dice < 0.84) return { alt: wrongWords(scene, others, rnd), label: 'wrong' }
  if (dice < 0.92) return { alt: rnd.pick(USELESS), label: 'useless' }
  return { alt: rnd.chance(0.5) ? '' : null, label: 'none' }
}

/** Where the layout prints the words for its picture, as a reader of the page finds them. */
function describedBy(layout: Layout, caption: string): Truth['described'] {
  if (CAPTIONED[layout]) return { source: 'caption', quote: bare(caption) }
  if (layout === 'table' || layout === 'list' || layout === 'inline')
    return { source: 'after', quote: bare(caption) }
  return null
}

const bare = (sentence: string): string => sentence.replace(/\.$/, '')

function chrome(
  site: SiteText,
  page: { title: string; path: string; head: string },
  body: string,
): string {
  const links = site.pages
    .slice(0, 6)
    .map(
      (other) =>
        `<a href="http://${site.host}/${other.slug}">${escape(other.title.split(':')[0] ?? '')}</a>`,
    )
    .join('')
  const friends = SITES.filter((other) => other !== site)
    .map((other) => `<a href="http://${other.host}/">${escape(other.name)}</a>`)
    .join(', ')
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>${escape(page.title)} | ${escape(site.name)}</title>
<link rel="stylesheet" href="http://${site.host}/style.css">
${page.head}</head>
<body>
<header><a href="http://${site.host}/"><img src="http://${site.host}/logo.png" alt="${escape(site.name)}" width="56" height="56"></a><nav>${links}</nav></header>
<main>
<h1>${escape(page.title)}</h1>
${body}
</main>
<footer><p>${escape(site.name)}. ${escape(site.motto)}. Friends: ${friends}.</p><img src="${MARK}" alt="top" width="8" height="8"><img src="http://count.example/pixel.gif?page=${encodeURIComponent(page.path)}" width="1" height="1" alt=""></footer>
</body>
</html>
`
}

/** A small arrow, inside the page. */
const MARK = `data:image/svg+xml;base64,${Buffer.from('<svg xmlns="http://www.w3.org/2000/svg" width="8" height="8"><path d="M4 0 L8 8 H0 Z" fill="#888"/></svg>').toString('base64')}`

const logoTruth = (site: SiteText): Known => ({
  addresses: [`http://${site.host}/logo.png`],
  alt: site.name,
  label: 'useless',
  caption: null,
  description: null,
  described: null,
  style: null,
  language: 'en',
  layout: 'navigation',
  role: 'logo',
})

const footTruth = (path: string): Known[] => [
  {
    ...NOTHING,
    addresses: [MARK],
    alt: 'top',
    label: 'useless',
    role: 'inline-data',
  },
  {
    ...NOTHING,
    addresses: [`http://count.example/pixel.gif?page=${encodeURIComponent(path)}`],
    alt: '',
    label: 'none',
    role: 'tracker',
  },
]

const NOTHING: Omit<Known, 'addresses' | 'alt' | 'label' | 'role'> = {
  caption: null,
  description: null,
  described: null,
  style: null,
  language: 'en',
  layout: 'footer',
}

const LOGOS: Record<string, string> = {
  'meadow.example': 'white flower @meadow',
  'museum.harbour.example': 'yellow key @plain',
  'shop.paperkite.example': 'red kite @sky',
  'slowroad.example': 'red bicycle @plain',
  'kitchen.example': 'blue teapot @plain',
}

function folderOf(site: SiteText, page: PageText): string {
  return page.layout === 'base'
    ? `http://${site.host}/images/2026/${page.slug.replaceAll('/', '-')}/`
    : `http://${site.host}/pictures/`
}

function addArticle(
  builder: Builder,
  site: SiteText,
  page: PageText,
  others: readonly Scene[],
): void {
  const rnd = random(`${site.host}/${page.slug}`)
  const known: Known[] = [logoTruth(site)]
  const blocks = page.pictures.map((text, i) => {
    const scene = parseScene(text, `${site.host}/${page.slug}`)
    const second = SECOND[page.layout]
    const format =
      second === 'webp' ? 'jpeg' : rnd.pick(['jpeg', 'jpeg', 'jpeg', 'webp', 'png'] as const)
    const stem = `${page.slug.replaceAll('/', '-')}-${i + 1}`
    const folder = folderOf(site, page)
    const address = `${folder}${stem}.${format === 'jpeg' ? 'jpg' : format}`
    builder.draw(address, scene, format, { progressive: i % 3 === 0 })
    let other: string | null = null
    if (second === 'small') {
      other = `${folder}${stem}-240.jpg`
      builder.draw(other, scene, 'jpeg', { width: 240 })
    } else if (second === 'webp') {
      other = `${folder}${stem}.webp`
      builder.draw(other, scene, 'webp')
    }
    const { alt, label } = chooseAlt(scene, others, rnd, page)
    // On some pages the words beside the picture are nearly, but not quite, those of the alt.
    const same = page.layout === 'inline' || page.layout === 'list'
    const caption =
      same && label === 'right' && rnd.chance(0.5) && alt
        ? `${alt.replace(/\.$/, '')}.`
        : describe(scene, rnd)
    const shown: Shown = {
      address,
      second: other,
      alt,
      caption,
      width: scene.width,
      height: scene.height,
    }
    const large =
      page.layout === 'picture' && other ? [other, address] : other ? [address, other] : [address]
    known.push({
      addresses: large,
      alt,
      label,
      caption: CAPTIONED[page.layout] ? caption : null,
      description: describeFully(scene),
      described: describedBy(page.layout, caption),
      style: scene.style,
      language: 'en',
      layout: page.layout,
      role: 'content',
    })
    return picture(page.layout, shown, i)
  })
  const [lead = '', ...rest] = page.paragraphs.map((text) => `<p>${escape(text)}</p>`)
  const half = Math.ceil(blocks.length / 2)
  const grouped = ['table', 'gallery', 'list', 'srcset'].includes(page.layout)
  const body = grouped
    ? `${lead}\n${frame(page.layout, blocks.join('\n'))}\n${rest.join('\n')}`
    : `${lead}\n${blocks.slice(0, half).join('\n')}\n${rest.join('\n')}\n${blocks.slice(half).join('\n')}`
  const path = `/${page.slug}`
  const head = page.layout === 'base' ? `<base href="${folderOf(site, page)}">\n` : ''
  known.push(...footTruth(path))
  const resource = html(chrome(site, { title: page.title, path, head }, body))
  // One page in five comes in chunks, as pages made on the fly do.
  if (rnd.chance(0.2)) resource.chunk = 1500
  builder.page(`http://${site.host}${path}`, resource, known)
}

function addIndex(
  builder: Builder,
  site: SiteText,
  extra: readonly { slug: string; title: string }[],
): void {
  const rnd = random(`${site.host} index`)
  const known: Known[] = [logoTruth(site)]
  const items = site.pages.map((page) => {
    const scene = parseScene(page.pictures[0] ?? '', `${site.host}/${page.slug}`)
    const address = `http://${site.host}/teasers/${page.slug.replaceAll('/', '-')}.jpg`
    builder.draw(address, scene, 'jpeg', { width: 300 })
    const alt = describe(scene, rnd)
    known.push({
      addresses: [address],
      alt,
      label: 'right',
      caption: null,
      description: describeFully(scene),
      described: null,
      style: scene.style,
      language: 'en',
      layout: 'index',
      role: 'teaser',
    })
    return `<li class="tile"><a href="http://${site.host}/${page.slug}"><img src="${address}" alt="${escape(alt)}" width="300"><br>${escape(page.title)}</a></li>`
  })
  const more = extra.map(
    (page) => `<p><a href="http://${site.host}/${page.slug}">${escape(page.title)}</a></p>`,
  )
  known.push(...footTruth('/'))
  builder.page(
    `http://${site.host}/`,
    html(
      chrome(
        site,
        { title: site.name, path: '/', head: '' },
        `<p>${escape(site.motto)}.</p>\n<ul class="gallery">\n${items.join('\n')}\n</ul>\n${more.join('\n')}`,
      ),
    ),
    known,
  )
}

/** A page of files that time has not been kind to. */
function addArchive(builder: Builder): void {
  const rnd = random('archive')
  const folder = `http://${MEADOW.host}/archive-pictures/`
  const known: Known[] = [logoTruth(MEADOW)]
  const spoils: [string, string, ((address: string, scene: Scene) => void) | null][] = [
    [
      'cover-1988.jpg',
      'orange cat @meadow',
      (a, s) =>
        builder.draw(a, s, 'jpeg', { spoil: (b) => b.subarray(0, Math.floor(b.length * 0.4)) }),
    ],
    [
      'cover-1989.jpg',
      'brown owl @night',
      (a) =>
        builder.put(a, {
          status: 200,
          headers: { 'Content-Type': 'image/jpeg' },
          body: Buffer.from(
            '<!doctype html><title>Moved</title><p>This picture has moved to the new server.</p>\n',
          ),
        }),
    ],
    ['cover-1990.jpg', '3 red mushroom @meadow', null],
    [
      'cover-1991.png',
      'blue bird @sky',
      (a, s) =>
        builder.draw(a, s, 'png', {
          spoil: (b) => {
            const broken = Buffer.from(b)
            broken.fill(0x5a, 33, 120)
            return broken
          },
        }),
    ],
    [
      'cover-1992.jpg',
      'yellow sun @sky',
      (a) =>
        builder.put(a, {
          status: 200,
          headers: { 'Content-Type': 'image/jpeg' },
          body: Buffer.alloc(0),
        }),
    ],
    [
      'cover-1993.jpg',
      'red fox @snow',
      (a) =>
        builder.put(a, {
          status: 503,
          headers: { 'Content-Type': 'text/plain' },
          body: Buffer.from('Slow down\n'),
        }),
    ],
    [
      'cover-1994.jpg',
      'white sheep @meadow',
      (a, s) => {
        builder.draw(a.replace('.jpg', '-scan.jpg'), s, 'jpeg')
        builder.put(a, {
          status: 302,
          headers: { Location: a.replace('.jpg', '-scan.jpg') },
          body: Buffer.alloc(0),
        })
      },
    ],
    ['cover-1995.jpg', 'green tractor @meadow', (a, s) => builder.draw(a, s, 'jpeg')],
  ]
  const figures = spoils.map(([name, text, place], i) => {
    const scene = parseScene(text, name)
    const address = folder + name
    place?.(address, scene)
    const alt = describe(scene, rnd)
    const year = 1988 + i
    known.push({
      addresses: [address],
      alt,
      label: 'right',
      caption: `Cover of the spring issue, ${year}.`,
      description: describeFully(scene),
      described: null,
      style: scene.style,
      language: 'en',
      layout: 'figures',
      role: i < 6 ? 'broken' : 'content',
    })
    return `<figure><img src="${address}" alt="${escape(alt)}"><figcaption>Cover of the spring issue, ${year}.</figcaption></figure>`
  })
  known.push(...footTruth('/archive'))
  builder.page(
    `http://${MEADOW.host}/archive`,
    html(
      chrome(
        MEADOW,
        { title: 'From the archive', path: '/archive', head: '' },
        `<p>The first covers were scanned on a machine that has since been given to a school. Not every file survived the move.</p>\n${figures.join('\n')}`,
      ),
    ),
    known,
  )
}

/** A page whose author asks that its pictures not be used for training. */
function addSketchbook(builder: Builder): void {
  const rnd = random('sketchbook')
  const known: Known[] = [logoTruth(KITCHEN)]
  const scenes = [
    'red teapot < yellow lemon @room',
    '2 brown cup @plain',
    'green pear @room',
    'loaf of bread < red tomato @plain',
  ]
  const list = scenes.map((text, i) => {
    const scene = parseScene(text, 'sketchbook')
    const address = `http://${KITCHEN.host}/pictures/sketchbook-${i + 1}.webp`
    builder.draw(address, scene, 'webp')
    const alt = describe(scene, rnd)
    known.push({
      addresses: [address],
      alt,
      label: 'right',
      caption: null,
      description: describeFully(scene),
      described: null,
      style: scene.style,
      language: 'en',
      layout: 'inline',
      role: 'content',
    })
    return `<p><img src="${address}" alt="${escape(alt)}" title="From the sketchbook"></p>`
  })
  known.push(...footTruth('/sketchbook'))
  builder.page(
    `http://${KITCHEN.host}/sketchbook`,
    html(
      chrome(
        KITCHEN,
        {
          title: 'Sketchbook',
          path: '/sketchbook',
          head: '<meta name="robots" content="noai, noimageai">\n',
        },
        `<p>Drawn while things were in the oven. Look as long as you like, but please do not train anything on them.</p>\n${list.join('\n')}`,
      ),
    ),
    known,
  )
}

function addForeign(builder: Builder): void {
  for (const page of ABROAD) {
    const known: Known[] = []
    const figures = page.pictures.map(([text, alt], i) => {
      const scene = parseScene(text, page.host)
      const address = `http://${page.host}/img/${i + 1}.jpg`
      builder.draw(address, scene, 'jpeg')
      known.push({
        addresses: [address],
        alt,
        label: 'right',
        caption: null,
        description: describeFully(scene),
        described: null,
        style: scene.style,
        language: page.language,
        layout: 'inline',
        role: 'content',
      })
      return `<p><img src="/img/${i + 1}.jpg" alt="${escape(alt)}"></p>`
    })
    const text = `<!doctype html>
<html lang="${page.language}" dir="${page.direction}">
<head><meta charset="${page.charset}"><title>${escape(page.title)}</title></head>
<body>
<h1>${escape(page.title)}</h1>
${page.paragraphs.map((paragraph) => `<p>${escape(paragraph)}</p>`).join('\n')}
${figures.join('\n')}
</body>
</html>
`
    const bytes = page.charset === 'utf-8' ? Buffer.from(text) : encodeIn(page.charset, text)
    builder.page(`http://${page.host}/`, html(text, page.charset, bytes), known)
  }
}

/** Builds all hosts. Nothing is fetched; the same program gives the same bytes. */
export async function buildSite(): Promise<Site> {
  const builder = new Builder()
  for (const site of SITES) {
    const scenes = site.pages.flatMap((page) =>
      page.pictures.map((text) => parseScene(text, `${site.host}/${page.slug}`)),
    )
    builder.put(`http://${site.host}/style.css`, {
      status: 200,
      headers: { 'Content-Type': 'text/css' },
      body: Buffer.from(stylesheet(site.accent)),
    })
    builder.draw(
      `http://${site.host}/logo.png`,
      parseScene(LOGOS[site.host] ?? '', 'logo'),
      'png',
      {
        width: 56,
      },
    )
    const extra =
      site === MEADOW
        ? [{ slug: 'archive', title: 'From the archive' }]
        : site === KITCHEN
          ? [{ slug: 'sketchbook', title: 'Sketchbook' }]
          : []
    addIndex(builder, site, extra)
    for (const page of site.pages) addArticle(builder, site, page, scenes)
  }
  addArchive(builder)
  addSketchbook(builder)
  addForeign(builder)
  for (const site of TOLD) addToldSite(builder, site)
  builder.put('http://count.example/pixel.gif', {
    status: 200,
    headers: { 'Content-Type': 'image/gif', 'Cache-Control': 'no-store' },
    body: Buffer.from('R0lGODlhAQABAIAAAAAAAP///yH5BAEAAAAALAAAAAABAAEAAAIBRAA7', 'base64'),
  })
  await builder.finish()
  return {
    resources: builder.resources,
    seeds: [
      ...SITES.map((site) => `http://${site.host}/`),
      ...ABROAD.map((page) => `http://${page.host}/`),
      ...TOLD.map((site) => `http://${site.host}/`),
    ],
    truth: builder.truth,
  }
}
