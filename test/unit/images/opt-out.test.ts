import { expect, test } from 'vitest'
import { metaOptOut } from '#shared/opt-out.ts'
import { headerOptOut, parseRobots } from '../../../src/main/images/opt-out.ts'
import { growth } from '../../support/growth.ts'

test('X-Robots-Tag opts out for everybody or for the robot that it names', () => {
  expect(headerOptOut([])).toBeNull()
  expect(headerOptOut(['all, nofollow'])).toBeNull()
  expect(headerOptOut(['noai'])).toBe('noai')
  expect(headerOptOut(['nofollow, NoImageAI'])).toBe('noimageai')
  expect(headerOptOut(['noindex'])).toBe('noindex')
  expect(headerOptOut(['max-snippet: 10', 'noimageindex'])).toBe('noimageindex')
  expect(headerOptOut(['none'])).toBe('none')
  expect(headerOptOut(['otherbot: noai, noindex'])).toBeNull()
  expect(headerOptOut(['otherbot: noai, gleaner: noimageai'])).toBe('noimageai')
  expect(headerOptOut(['*: noai'])).toBe('noai')
  expect(headerOptOut(['unavailable_after: 25 Jun 2030 15:00:00 PST, noai'])).toBe('noai')
})

test('robots directives of a page opt out', () => {
  expect(metaOptOut(['index', 'follow'])).toBeNull()
  expect(metaOptOut(['follow, noimageai'])).toBe('noimageai')
  expect(metaOptOut(['max-image-preview:large', 'noindex'])).toBe('noindex')
})

test('robots.txt: the group that names the program wins, then the longest rule, then Allow', () => {
  const rules = parseRobots(`
User-agent: *
Disallow: /

User-agent: Gleaner   # that is us
user-agent: other
Disallow: /private
Allow: /private/open
Disallow: /*.gif$
Disallow: /caf\u00e9/
Disallow:
Crawl-delay: 2.5
`)
  expect(rules.crawlDelay).toBe(2.5)
  expect(rules.allows('/a.jpg')).toBe(true)
  expect(rules.allows('/private/a.jpg')).toBe(false)
  expect(rules.allows('/private/open/a.jpg')).toBe(true)
  expect(rules.allows('/x/a.gif')).toBe(false)
  expect(rules.allows('/x/a.gif?big')).toBe(true)
  expect(rules.allows('/caf%C3%A9/a.jpg')).toBe(false)
  expect(rules.allows('/caf%c3%a9/a.jpg')).toBe(false)
})

test('robots.txt: without a group of ours the one for all counts; an empty file allows all', () => {
  expect(parseRobots('User-agent: *\nDisallow: /img/').allows('/img/a.jpg')).toBe(false)
  expect(parseRobots('User-agent: bot\nDisallow: /').allows('/img/a.jpg')).toBe(true)
  expect(parseRobots('<html>404</html>').allows('/')).toBe(true)
})

test('robots.txt: a version behind the name changes nothing', () => {
  expect(parseRobots('User-agent: Gleaner/2.0\nDisallow: /').allows('/a')).toBe(false)
})

test('robots.txt: a pattern full of stars takes time in proportion to the address', async () => {
  const rules = parseRobots(`User-agent: *\nDisallow: /${'*a'.repeat(500)}$\n`)
  const work = (n: number): void => {
    expect(rules.allows('/' + 'a'.repeat(n) + 'b')).toBe(true)
  }
  expect(await growth(work, { from: 5000, times: 4, atMost: 10 })).toBeLessThan(10)
})
