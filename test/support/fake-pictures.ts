/** Stands in for `bridge/pictures.ts` where no shell serves pictures: drawn from the name. */

function random(seed: number): () => number {
  let state = seed >>> 0
  return () => {
    state = (state + 0x6d2b79f5) | 0
    let t = Math.imul(state ^ (state >>> 15), 1 | state)
    t = (t + Math.imul(t ^ (t >>> 7), 61 | t)) ^ t
    return ((t ^ (t >>> 14)) >>> 0) / 4294967296
  }
}

/** For measurements: a picture that costs nothing to draw (`?plain` in the address). */
const PLAIN =
  'data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mOsr6//DwAFkAKEsG7sFQAAAABJRU5ErkJggg=='
const plain = typeof location !== 'undefined' && new URLSearchParams(location.search).has('plain')

const drawn = new Map<string, string>()

/** `fake-KIND-SEED-WIDTH-HEIGHT` as a data: URL. */
function draw(name: string): string {
  if (plain) return PLAIN
  const known = drawn.get(name)
  if (known) return known
  const [, kind = 'sea', seed = '1', w = '320', h = '240'] = name.split('-')
  const width = Number(w)
  const height = Number(h)
  const next = random(Number(seed) * 7919 + kind.length)
  const hue = Math.floor(next() * 360)
  const pick = (from: number, to: number) => from + next() * (to - from)
  const hsl = (x: number, s: number, l: number) =>
    `hsl(${(x + 360) % 360} ${s.toFixed(0)}% ${l.toFixed(0)}%)`
  let body = ''
  const sky = (top: string, bottom: string) =>
    `<defs><linearGradient id="s" x2="0" y2="1"><stop stop-color="${top}"/><stop offset="1" stop-color="${bottom}"/></linearGradient></defs><rect width="${width}" height="${height}" fill="url(#s)"/>`
  const ridge = (y: number, rough: number, fill: string) => {
    let d = `M0 ${height}V${y}`
    for (let x = 0; x <= width; x += width / 14) d += `L${x} ${y + pick(-rough, rough)}`
    return `<path d="${d}V${height}Z" fill="${fill}"/>`
  }
  if (kind === 'sea' || kind === 'hills') {
    const warm = next() > 0.5
    body += sky(
      warm ? hsl(215 + pick(-20, 30), 40, 42) : hsl(205, 55, 58),
      warm ? hsl(25 + pick(-15, 15), 75, 72) : hsl(200, 40, 86),
    )
    body += `<circle cx="${pick(0.2, 0.8) * width}" cy="${pick(0.25, 0.5) * height}" r="${pick(0.03, 0.08) * width}" fill="${hsl(45, 90, 86)}"/>`
    if (kind === 'sea') {
      body += ridge(height * 0.56, height * 0.05, hsl(220, 22, 38))
      body += `<rect y="${height * 0.62}" width="${width}" height="${height}" fill="${hsl(205 + pick(-15, 15), 42, 34)}"/>`
      for (let i = 0; i < 26; i++)
        body += `<rect x="${pick(0, width)}" y="${pick(0.63, 1) * height}" width="${pick(8, 40)}" height="1.5" fill="#fff" opacity="${pick(0.08, 0.3)}"/>`
      const x = pick(0.3, 0.7) * width
      body += `<path d="M${x} ${height * 0.74}h${width * 0.12}l-8 ${height * 0.05}h-${width * 0.08}z" fill="${hsl(hue, 55, 40)}"/><path d="M${x + width * 0.06} ${height * 0.73}V${height * 0.46}l${width * 0.07} ${height * 0.25}z" fill="#f6f1e6"/>`
    } else {
      body += ridge(height * 0.5, height * 0.12, hsl(230, 18, 52))
      body += ridge(height * 0.64, height * 0.07, hsl(110 + pick(-40, 20), 24, 38))
      body += ridge(height * 0.8, height * 0.04, hsl(95 + pick(-30, 20), 34, 26))
      for (let i = 0; i < 18; i++) {
        const x = pick(0, width)
        const y = pick(0.78, 0.95) * height
        const s = pick(0.04, 0.1) * height
        body += `<path d="M${x} ${y - s}l${s * 0.35} ${s}h-${s * 0.7}z" fill="${hsl(130, 30, 18)}"/>`
      }
    }
  } else if (kind === 'person') {
    body += sky(hsl(hue, 18, 62), hsl(hue + 20, 22, 38))
    const skin = hsl(24, pick(30, 55), pick(35, 74))
    body += `<ellipse cx="${width / 2}" cy="${height * 1.02}" rx="${width * 0.42}" ry="${height * 0.36}" fill="${hsl(hue + 150, 38, 36)}"/><rect x="${width * 0.43}" y="${height * 0.5}" width="${width * 0.14}" height="${height * 0.2}" fill="${skin}"/><ellipse cx="${width / 2}" cy="${height * 0.38}" rx="${width * 0.16}" ry="${height * 0.2}" fill="${skin}"/><path d="M${width * 0.33} ${height * 0.38}a${width * 0.17} ${height * 0.22} 0 0 1 ${width * 0.34} 0q-${width * 0.1}-${height * 0.12}-${width * 0.2}-${height * 0.08}t-${width * 0.14} ${height * 0.08}z" fill="${hsl(28, 30, pick(10, 45))}"/>`
  } else if (kind === 'fruit') {
    body += sky(hsl(35, 20, 84), hsl(30, 24, 70))
    body += `<ellipse cx="${width / 2}" cy="${height * 0.84}" rx="${width * 0.42}" ry="${height * 0.08}" fill="#0002"/>`
    for (let i = 0; i < 5; i++) {
      const r = pick(0.1, 0.16) * width
      const x = (0.24 + i * 0.13) * width
      const y = height * 0.8 - r + pick(-8, 8)
      const tone = [4, 28, 48, 95, 350][Math.floor(next() * 5)] as number
      body += `<circle cx="${x}" cy="${y}" r="${r}" fill="${hsl(tone, 72, 46)}"/><circle cx="${x - r * 0.32}" cy="${y - r * 0.36}" r="${r * 0.28}" fill="#fff" opacity=".32"/>`
    }
  } else if (kind === 'town') {
    body += sky(hsl(212, 44, 56), hsl(206, 36, 84))
    let x = 0
    while (x < width) {
      const bw = pick(0.1, 0.2) * width
      const bh = pick(0.35, 0.8) * height
      body += `<rect x="${x}" y="${height - bh}" width="${bw}" height="${bh}" fill="${hsl(18 + pick(-14, 22), pick(10, 40), pick(34, 66))}"/>`
      for (let wy = height - bh + 8; wy < height - 14; wy += 16)
        for (let wx = x + 5; wx < x + bw - 8; wx += 12)
          body += `<rect x="${wx}" y="${wy}" width="6" height="9" fill="${next() > 0.75 ? '#ffe9a8' : '#2b3340'}"/>`
      x += bw + 2
    }
    body += `<rect y="${height * 0.94}" width="${width}" height="${height}" fill="#4a4a4d"/>`
  } else if (kind === 'chart') {
    body += `<rect width="${width}" height="${height}" fill="#fff"/><path d="M30 14V${height - 26}H${width - 12}" stroke="#444" fill="none"/>`
    for (let i = 0; i < 8; i++) {
      const bh = pick(0.15, 0.75) * height
      body += `<rect x="${40 + (i * (width - 60)) / 8}" y="${height - 26 - bh}" width="${(width - 60) / 11}" height="${bh}" fill="${hsl(hue + i * 6, 50, 48)}"/>`
    }
  } else {
    body += `<g fill="${hsl(hue, 65, 48)}"><circle cx="${width * 0.3}" cy="${height / 2}" r="${height * 0.26}"/><rect x="${width * 0.52}" y="${height * 0.3}" width="${width * 0.36}" height="${height * 0.12}"/><rect x="${width * 0.52}" y="${height * 0.52}" width="${width * 0.24}" height="${height * 0.12}" opacity=".6"/></g>`
  }
  const url = `data:image/svg+xml,${encodeURIComponent(`<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}">${body}</svg>`)}`
  drawn.set(name, url)
  return url
}

export function thumbUrl(sha256: string): string {
  return draw(sha256)
}

export function pictureUrl(sha256: string): string {
  return draw(sha256)
}
