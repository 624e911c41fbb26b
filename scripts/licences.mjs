/** The licences of everything that a package of the program holds. */
import { cpSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs'
import { basename, join } from 'node:path'

const TEXTS = /^(?:licen[cs]e|notice|copying|copyright|third[-_]?party)/i
/** Their licences stand in their README. */
const IN_README = /^@img\/sharp-/

/** Packages of the production tree that are installed here, by the lock file. */
export function shippedPackages(root) {
  const { packages } = JSON.parse(readFileSync(join(root, 'package-lock.json'), 'utf8'))
  return Object.entries(packages)
    .filter(([path, { dev, devOptional }]) => path !== '' && !dev && !devOptional)
    .map(([path]) => path)
    .filter((path) => existsSync(join(root, path, 'package.json')))
    .map((path) => {
      const folder = join(root, path)
      const { name, version, license } = JSON.parse(
        readFileSync(join(folder, 'package.json'), 'utf8'),
      )
      const texts = readdirSync(folder).filter(
        (file) =>
          TEXTS.test(file) || (IN_README.test(name) && /^(README\.md|versions\.json)$/.test(file)),
      )
      return { name, version, license: license ?? null, folder, texts }
    })
}

/** Writes them into a folder, one for each package, with a list. */
export function writeLicences(root, out) {
  mkdirSync(out, { recursive: true })
  for (const file of readdirSync(join(root, 'build/licences'))) {
    cpSync(join(root, 'build/licences', file), join(out, file))
  }
  cpSync(join(root, 'LICENSE'), join(out, 'LICENSE'))
  const packages = shippedPackages(root)
  for (const { name, version, folder, texts } of packages) {
    for (const text of texts) {
      const into = join(out, 'packages', `${name.replace('/', '+')}-${version}`)
      cpSync(join(folder, text), join(into, basename(text)), { recursive: true })
    }
  }
  const list = packages.map(({ name, version, license, texts }) => ({
    name,
    version,
    license,
    texts,
  }))
  writeFileSync(join(out, 'packages.json'), `${JSON.stringify(list, null, 2)}\n`)
}
